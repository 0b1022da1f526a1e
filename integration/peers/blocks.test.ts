import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { createRegionReader } from '../../src/adapters/regions/index.js';
import type { ProvenDevice } from '../../src/ports/index.js';
import { type BlockSide, describeBlockTransfer } from '../contracts/block-transfer.contract.js';
import {
  areEqual,
  BlockWorld,
  type LoopDevice,
  mebibyte,
  sentBytes,
  startOf,
} from './block-world.js';
import { corruptingKey } from './corrupting-wire.js';
import { itWith } from './parts.js';
import { execHere, here, tryHere } from './peer/exec-here.js';
import { receivingProcesses, untilThere } from './processes.js';

const isRoot = process.getuid?.() === 0;
const it = itWith('loop devices', isRoot);
let world: BlockWorld;

beforeAll(async () => {
  world = await BlockWorld.open();
});
afterEach(() => {
  world.clear();
});
afterAll(() => world.close());

function side(): BlockSide {
  const { proven } = world.device(8);
  const fill = 'yes "$1" | dd of="$2" bs=1M count=4 iflag=fullblock status=none';
  return {
    proven,
    fill: async (text) => {
      here(['sh', '-c', fill, 'fill', text, proven.path]);
    },
    look: async () => here(['sha256sum', proven.path]).slice(0, 64),
  };
}

if (isRoot) {
  describeBlockTransfer({
    name: 'rsync over SSH between loop devices',
    open: async () => ({
      ...{ blocks: world.blocks, target: world.blocks, peer: world.replication() },
      deadPeer: world.replication({ port: 1 }),
      unknownPeer: world.unknownPeer(),
      newPair: async () => ({ source: side(), target: side(), close: async () => undefined }),
      close: async () => undefined,
    }),
  });
}

describe('blocks between real devices', () => {
  it('cost nearly nothing where they are zeros', async () => {
    const [source, target] = [world.device(128), world.device(128, { noiseMiB: 128 })];
    expect(sentBytes(await world.transfer(source, target))).toBeLessThan(mebibyte / 4);
    expect(areEqual(source, target)).toBe(true);
  });

  it('are read and written through a symbolic link, which stays what it is', async () => {
    const [source, target] = [world.device(8, { noiseMiB: 8 }), world.device(8)];
    const linked = (name: string, { proven }: LoopDevice): ProvenDevice => {
      const path = join(world.directory, name);
      symlinkSync(proven.path, path);
      return { ...proven, path };
    };
    const links = { source: linked('from', source), target: linked('onto', target) };
    expect(await world.transfer(source, target, links)).toMatchObject({ kind: 'done' });
    expect(areEqual(source, target)).toBe(true);
  });

  it('are on the disk when the transfer is done', async () => {
    const [source, target] = [world.device(16, { noiseMiB: 16 }), world.device(16)];
    // The last who closes a device has the kernel write it out: that must not be rsync.
    const open = openSync(target.proven.path, 'r');
    expect(await world.transfer(source, target)).toMatchObject({ kind: 'done' });
    const isThere = readFileSync(source.file).equals(readFileSync(target.file));
    closeSync(open);
    expect(isThere).toBe(true);
  });

  it('that are corrupted behind ssh are never taken for done', async () => {
    const [source, target] = [world.device(32, { noiseMiB: 32 }), world.device(32)];
    const identityFile = corruptingKey(world.peer, 4 * mebibyte);
    const outcome = await world.transfer(source, target, {
      peer: world.replication({ identityFile }),
      stallTimeoutMs: 10_000,
    });
    // rsync may find what is wrong and send it again; most often it fails.
    expect(outcome.kind === 'done').toBe(areEqual(source, target));
  });

  it('fail when the source cannot be read to its end', async () => {
    const [source, target] = [world.device(16, { noiseMiB: 16 }), world.device(16)];
    // The device keeps its size; what lies behind the end of its file gives EIO.
    here(['truncate', '-s', '8M', source.file]);
    expect(await world.transfer(source, target)).toMatchObject({ kind: 'input-output-error' });
  });
});

describe('who writes blocks', () => {
  it('is refused where nobody holds the lock', async () => {
    const [source, target] = [world.device(8, { noiseMiB: 8 }), world.device(8)];
    // No exit code: rsync may notice the closed stream (12) before it hears of ours.
    expect(await world.transfer(source, target, { targetLock: 'guest-dc1' })).toMatchObject({
      kind: 'target-guard-refused',
    });
    const start = world.blocks.writeStart(target.proven, randomBytes(4096), {
      targetLock: 'guest-dc1',
    });
    await expect(start).rejects.toMatchObject({ code: 'guard-refused' });
    expect(startOf(target.proven.path, 4096).every((byte) => byte === 0)).toBe(true);
  });

  it('shares the lock and bears the tag for as long as it lives, and is found by that', async () => {
    const [source, target] = [world.device(64, { noiseMiB: 64 }), world.device(64)];
    const writers = join(world.locksDirectory, 'guest-dc1.lock.writers');
    // Whoever holds the lock has made it.
    writeFileSync(writers, '');
    const isFree = (): boolean => tryHere(['flock', '-n', writers, 'true']).exitCode === 0;
    const tag = `blocks${String(process.pid)}-1`;
    const stop = new AbortController();
    const slowly = { bandwidthLimitKiBPerSecond: 1024, tag, targetLock: 'guest-dc1' };
    const copy = world.transfer(source, target, slowly, { signal: stop.signal });
    const receivers = (): Promise<readonly string[]> => receivingProcesses(execHere, tag);
    await untilThere(async () => {
      const found = await receivers();
      const names = found.map((pid) => tryHere(['cat', `/proc/${pid}/comm`]).stdout.trim());
      return names.filter((name) => name === 'rsync');
    });
    expect(isFree()).toBe(false);
    stop.abort();
    expect(await copy).toMatchObject({ kind: 'interrupted' });
    expect(await receivers()).toEqual([]);
    expect(isFree()).toBe(true);
  });
});

describe('the start of a device', () => {
  it('is written, and nothing behind it', async () => {
    const { proven } = world.device(8, { noiseMiB: 8 });
    const regions = createRegionReader({ runner: world.runner, hostName: 'here' });
    const rest = { device: proven.path, offsetBytes: 4096, lengthBytes: 8 * mebibyte - 4096 };
    const before = await regions.digest([rest]);
    const header = randomBytes(4096);
    await world.blocks.writeStart(proven, header);
    const [start] = await regions.read([{ ...rest, offsetBytes: 0, lengthBytes: 4096 }]);
    expect(Buffer.from(start ?? [])).toEqual(header);
    expect(await regions.digest([rest])).toEqual(before);
  });

  it('is on the disk when it was written', async () => {
    const { proven, file } = world.device(8);
    const open = openSync(proven.path, 'r');
    const header = randomBytes(4096);
    await world.blocks.writeStart(proven, header);
    const found = startOf(file, 4096);
    closeSync(open);
    expect(found).toEqual(header);
  });
});
