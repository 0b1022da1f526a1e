import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  CopyOutcome,
  CopyRequest,
  CopyStatistics,
  FileCopier,
  ProvenMount,
  ReplicationPeer,
} from '../../src/ports/index.js';

/** One side of a copy, handled by other means than the copier. Paths are relative. */
export interface CopierSide {
  readonly mount: ProvenMount;
  /** Writes a file, making its directories. */
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Text of a file, `undefined` when there is none. */
  read(path: string): Promise<string | undefined>;
  /** All files, sorted. */
  files(): Promise<readonly string[]>;
  /** What lies beneath the mount shows again. */
  unmount(): Promise<void>;
}

export interface CopierPair {
  readonly source: CopierSide;
  readonly target: CopierSide;
  close(): Promise<void>;
}

export interface OpenedCopier {
  readonly copier: FileCopier;
  readonly peer: ReplicationPeer;
  /** A peer where nobody answers. */
  readonly deadPeer: ReplicationPeer;
  /** A peer whose host key is not known. */
  readonly unknownPeer: ReplicationPeer;
  /** Boot id of the machine behind `peer`. */
  readonly peerBootId: string;
  stopReceivers(tag: string): Promise<void>;
  /** Two new, empty, mounted file systems. */
  newPair(): Promise<CopierPair>;
  close(): Promise<void>;
}

export interface FileCopierHarness {
  readonly name: string;
  open(): Promise<OpenedCopier>;
}

function statisticsOf(outcome: CopyOutcome): CopyStatistics {
  if (outcome.kind !== 'done') throw new Error(`${outcome.kind}: ${outcome.text}`);
  return outcome.statistics;
}

/** What every {@link FileCopier} promises. */
export function describeFileCopier(harness: FileCopierHarness): void {
  describe(`file copier contract: ${harness.name}`, () => {
    let opened: OpenedCopier;
    let pair: CopierPair;
    beforeAll(async () => {
      opened = await harness.open();
    });
    afterAll(async () => {
      await opened.close();
    });
    beforeEach(async () => {
      pair = await opened.newPair();
    });
    afterEach(async () => {
      await pair.close();
    });

    const copy = (changes: Partial<CopyRequest> = {}, signal?: AbortSignal): Promise<CopyOutcome> =>
      opened.copier.copy(
        {
          source: pair.source.mount,
          target: pair.target.mount,
          peer: opened.peer,
          pass: 'real',
          faithfulness: 'posix',
          excludes: [],
          bandwidthLimitKiBPerSecond: 0,
          ioClass: 'none',
          stallTimeoutMs: 60_000,
          ...changes,
        },
        {
          stopReceivers: (tag) => opened.stopReceivers(tag),
          ...(signal === undefined ? {} : { signal }),
        },
      );

    it('makes the target equal to the source, and says what it did', async () => {
      await pair.source.write('etc/one', 'first\n');
      await pair.source.write('two', 'second, longer\n');
      await pair.target.write('stale/old', 'to be deleted\n');
      const statistics = statisticsOf(await copy());
      expect(await pair.target.files()).toEqual(['etc/one', 'two']);
      expect(await pair.target.read('two')).toBe('second, longer\n');
      expect(statistics).toMatchObject({
        createdEntries: 3,
        deletedEntries: 2,
        transferredFiles: 2,
        transferredBytes: 21,
      });
    });

    it('sends nothing the second time', async () => {
      await pair.source.write('file', 'text\n');
      await copy();
      expect(statisticsOf(await copy())).toMatchObject({
        createdEntries: 0,
        deletedEntries: 0,
        transferredFiles: 0,
        transferredBytes: 0,
      });
    });

    it('counts in a dry pass and changes nothing', async () => {
      await pair.source.write('new', 'text\n');
      await pair.target.write('old', 'stays\n');
      expect(statisticsOf(await copy({ pass: 'dry' }))).toMatchObject({
        createdEntries: 1,
        deletedEntries: 1,
        transferredFiles: 1,
      });
      expect(await pair.target.files()).toEqual(['old']);
    });

    it('stops at the deletion limit, in a dry pass without deleting anything', async () => {
      await pair.source.write('keep', 'x');
      for (const name of ['a', 'b', 'c']) await pair.target.write(name, 'old\n');
      const dry = await copy({ pass: 'dry', maxDeletes: 2 });
      expect(dry).toMatchObject({ kind: 'deletion-limit', exitCode: 25 });
      expect(await pair.target.files()).toEqual(['a', 'b', 'c']);
      expect((await copy({ maxDeletes: 0 })).kind).toBe('deletion-limit');
      expect(await pair.target.files()).toEqual(['a', 'b', 'c', 'keep']);
      expect((await copy({ maxDeletes: 3 })).kind).toBe('done');
      expect(await pair.target.files()).toEqual(['keep']);
    });

    it('neither copies nor deletes what is excluded', async () => {
      await pair.source.write('tmp/scratch', 'source\n');
      await pair.source.write('deep/tmp/kept', 'source\n');
      await pair.target.write('tmp/theirs', 'target\n');
      await copy({ excludes: ['/tmp/*'] });
      expect(await pair.target.files()).toEqual(['deep/tmp/kept', 'tmp/theirs']);
    });

    it('refuses a source that is not what was proven, and deletes nothing', async () => {
      await pair.source.write('file', 'text\n');
      await pair.target.write('file', 'copy\n');
      await pair.source.unmount();
      expect((await copy()).kind).toBe('source-guard-refused');
      expect(await pair.target.files()).toEqual(['file']);
    });

    it('refuses a target that is not what was proven, and writes nothing', async () => {
      await pair.source.write('file', 'text\n');
      await pair.target.unmount();
      expect((await copy()).kind).toBe('target-guard-refused');
      expect(await pair.target.files()).toEqual([]);
    });

    it('does nothing when it was aborted before it began', async () => {
      await pair.source.write('file', 'text\n');
      expect((await copy({}, AbortSignal.abort())).kind).toBe('interrupted');
      expect(await pair.target.files()).toEqual([]);
    });

    it('tells a peer that does not answer from one that it does not trust', async () => {
      expect((await copy({ peer: opened.deadPeer })).kind).toBe('connection-lost');
      expect((await copy({ peer: opened.unknownPeer })).kind).toBe('host-key-unknown');
      expect(await pair.target.files()).toEqual([]);
    });

    it('probes a peer without copying anything', async () => {
      expect(await opened.copier.probePeer(opened.peer)).toEqual({
        kind: 'reachable',
        bootId: opened.peerBootId,
      });
      expect((await opened.copier.probePeer(opened.deadPeer)).kind).toBe('connection-lost');
      expect((await opened.copier.probePeer(opened.unknownPeer)).kind).toBe('host-key-unknown');
    });
  });
}
