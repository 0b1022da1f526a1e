import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import {
  areEqual,
  BlockWorld,
  change,
  type LoopDevice,
  mebibyte,
  sentBytes,
} from './block-world.js';
import { corruptingWire } from './corrupting-wire.js';
import { itWith } from './parts.js';
import { execHere, tryHere } from './peer/exec-here.js';
import { receivingProcesses, taggedProcesses, untilThere } from './processes.js';

const it = itWith('loop devices', process.getuid?.() === 0);
const gibibyte = 1024 * mebibyte;
const changedBytes = 164 * 64 * 1024;
/** Seconds on an idle machine; it may have other work. */
const timeoutMs = 600_000;
let world: BlockWorld;
let source: LoopDevice;
let target: LoopDevice;

beforeAll(async () => {
  world = await BlockWorld.open();
});
beforeEach(() => {
  // Noise at the start, as content; zeros behind it, as in most disks.
  target = world.device(1024, { noiseMiB: 64 });
  source = world.copyOf(target);
  change(source, 164);
});
afterEach(() => {
  world.clear();
});
afterAll(() => world.close());

describe('a device of one gibibyte, of which one percent changed', () => {
  it(
    'sends about one percent, and next to nothing the next time',
    async () => {
      const sent = sentBytes(await world.transfer(source, target));
      console.log(`blocks: 1 GiB, 164 pieces of 64 KiB changed: ${String(sent)} bytes sent`);
      expect(sent).toBeGreaterThan(0.009 * gibibyte);
      expect(sent).toBeLessThan(0.012 * gibibyte);
      expect(areEqual(source, target)).toBe(true);
      expect(sentBytes(await world.transfer(source, target))).toBeLessThan(mebibyte);
    },
    timeoutMs,
  );

  it(
    'goes on where it was killed in the middle, and sends no more than is missing',
    async () => {
      const tag = `gibibyte${String(process.pid)}-1`;
      const stop = { percent: 50, processes: [] as readonly string[] };
      const copy = world.transfer(
        source,
        target,
        { bandwidthLimitKiBPerSecond: 512, tag },
        {
          onProgress: ({ percent }) => {
            if (percent >= stop.percent) for (const pid of stop.processes) kill(pid);
          },
        },
      );
      await untilThere(() => receivingProcesses(execHere, tag));
      stop.processes = await taggedProcesses(execHere, tag);
      expect((await copy).kind).not.toBe('done');
      expect(await taggedProcesses(execHere, tag)).toEqual([]);
      expect(areEqual(source, target)).toBe(false);
      const left = sentBytes(await world.transfer(source, target));
      console.log(`blocks: 1 GiB, killed at half of 1 %: ${String(left)} bytes the second time`);
      expect(left).toBeGreaterThan(0.1 * changedBytes);
      expect(left).toBeLessThan(0.75 * changedBytes);
      expect(areEqual(source, target)).toBe(true);
    },
    timeoutMs,
  );

  it(
    'notices what is corrupted in flight, and is whole after the next transfer',
    async () => {
      const wire = await corruptingWire(world.peer, 4 * mebibyte);
      const peer = world.replication(wire.peer);
      const outcome = await world.transfer(source, target, { peer });
      wire.close();
      expect(wire.corrupted()).toBe(true);
      expect(outcome).toMatchObject({ kind: 'connection-lost' });
      expect(areEqual(source, target)).toBe(false);
      expect(sentBytes(await world.transfer(source, target))).toBeLessThan(changedBytes);
      expect(areEqual(source, target)).toBe(true);
    },
    timeoutMs,
  );
});

/** As the kernel does when memory is short: nobody is asked. */
function kill(pid: string): void {
  tryHere(['kill', '-s', 'KILL', pid]);
}
