import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  BlockTransfer,
  BlockTransferRequest,
  CopyOutcome,
  ProvenDevice,
  ReplicationPeer,
} from '../../src/ports/index.js';

/** A device, handled by other means than the transfer. */
export interface BlockSide {
  readonly proven: ProvenDevice;
  /** Gives it content that this text stands for. */
  fill(text: string): Promise<void>;
  /** Equal for devices that were filled with the same text and for none else. */
  look(): Promise<string>;
}

export interface BlockPair {
  readonly source: BlockSide;
  readonly target: BlockSide;
  close(): Promise<void>;
}

export interface OpenedBlocks {
  /** Of the source. */
  readonly blocks: BlockTransfer;
  /** Of the target. */
  readonly target: BlockTransfer;
  readonly peer: ReplicationPeer;
  /** A peer where nobody answers. */
  readonly deadPeer: ReplicationPeer;
  /** A peer whose host key is not known. */
  readonly unknownPeer: ReplicationPeer;
  /** Two new devices of the same size. */
  newPair(): Promise<BlockPair>;
  close(): Promise<void>;
}

export interface BlockTransferHarness {
  readonly name: string;
  open(): Promise<OpenedBlocks>;
}

type Lie = readonly [what: string, lie: Partial<ProvenDevice>];

const anotherSize: Lie = ['another size', { sizeBytes: 4096 }];
const lies: readonly Lie[] = [
  ['another number', { deviceNumber: { major: 7, minor: 9999 } }],
  ['a path where nothing is', { path: '/dev/mapper/xen-backup-nowhere' }],
];

/** What every {@link BlockTransfer} promises. */
export function describeBlockTransfer(harness: BlockTransferHarness): void {
  describe(`block transfer contract: ${harness.name}`, () => {
    let opened: OpenedBlocks;
    let pair: BlockPair;
    beforeAll(async () => {
      opened = await harness.open();
    });
    afterAll(() => opened.close());
    beforeEach(async () => {
      pair = await opened.newPair();
      await pair.source.fill('new');
      await pair.target.fill('old');
    });
    afterEach(() => pair.close());

    const transfer = (
      changes: Partial<BlockTransferRequest> = {},
      signal?: AbortSignal,
    ): Promise<CopyOutcome> =>
      opened.blocks.transfer(
        {
          source: pair.source.proven,
          target: pair.target.proven,
          peer: opened.peer,
          pass: 'real',
          bandwidthLimitKiBPerSecond: 0,
          ioClass: 'none',
          stallTimeoutMs: 60_000,
          ...changes,
        },
        signal === undefined ? {} : { signal },
      );

    const isEqual = async (): Promise<boolean> =>
      (await pair.source.look()) === (await pair.target.look());

    it('makes the target equal to the source, and leaves that as it is', async () => {
      const before = await pair.source.look();
      expect(await transfer()).toMatchObject({ kind: 'done' });
      expect(await isEqual()).toBe(true);
      expect(await pair.source.look()).toBe(before);
    });

    it('tells its progress', async () => {
      const percents: number[] = [];
      await opened.blocks.transfer(
        {
          ...{ source: pair.source.proven, target: pair.target.proven, peer: opened.peer },
          ...{ pass: 'real', ioClass: 'none', stallTimeoutMs: 60_000 },
          bandwidthLimitKiBPerSecond: 0,
        },
        { onProgress: ({ percent }) => percents.push(percent) },
      );
      expect(percents.at(-1)).toBe(100);
    });

    it('changes nothing in a dry pass', async () => {
      const before = await pair.target.look();
      expect(await transfer({ pass: 'dry' })).toMatchObject({ kind: 'done' });
      expect(await pair.target.look()).toBe(before);
    });

    it.each(
      (['source', 'target'] as const).flatMap((side) =>
        lies.map(([what, lie]) => [side, what, lie] as const),
      ),
    )('refuses a %s of %s', async (side, _, lie) => {
      const before = await pair.target.look();
      const outcome = await transfer({ [side]: { ...pair[side].proven, ...lie } });
      expect(outcome).toMatchObject({ kind: `${side}-guard-refused` });
      expect(await pair.target.look()).toBe(before);
    });

    it('refuses devices of another size than was proven, though both are said to have it', async () => {
      const [, lie] = anotherSize;
      const before = await pair.target.look();
      const { source, target } = pair;
      const outcome = await transfer({
        source: { ...source.proven, ...lie },
        target: { ...target.proven, ...lie },
      });
      expect(outcome).toMatchObject({ kind: 'source-guard-refused' });
      expect(await pair.target.look()).toBe(before);
    });

    it('refuses devices of different sizes', async () => {
      const before = await pair.target.look();
      const { proven } = pair.target;
      const writing = transfer({ target: { ...proven, sizeBytes: proven.sizeBytes - 512 } });
      await expect(writing).rejects.toMatchObject({ code: 'internal' });
      expect(await pair.target.look()).toBe(before);
    });

    it('does not begin when it is stopped already', async () => {
      expect(await transfer({}, AbortSignal.abort())).toMatchObject({ kind: 'interrupted' });
      expect(await isEqual()).toBe(false);
    });

    it('says that nobody answers, and that a host key is not known', async () => {
      expect(await transfer({ peer: opened.deadPeer })).toMatchObject({ kind: 'connection-lost' });
      expect(await transfer({ peer: opened.unknownPeer })).toMatchObject({
        kind: 'host-key-unknown',
      });
    });

    it.each([...lies, anotherSize])('writes no start onto a device of %s', async (_, lie) => {
      const before = await pair.target.look();
      const writing = opened.target.writeStart(
        { ...pair.target.proven, ...lie },
        new Uint8Array(4096),
      );
      await expect(writing).rejects.toMatchObject({ code: 'guard-refused' });
      expect(await pair.target.look()).toBe(before);
    });
  });
}
