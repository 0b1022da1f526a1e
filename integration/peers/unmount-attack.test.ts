import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { CopyWorld } from './copy-world.js';
import { canMount } from './file-systems.js';
import { itWith } from './parts.js';
import { execHere, here, writeRandomFile } from './peer/exec-here.js';
import { openPeer } from './peer/open-peer.js';
import { must } from './peer/peer.js';

/** How often each side is attacked; a nightly run may ask for more. */
const attacks = Number(process.env['XEN_BACKUP_ATTACKS'] ?? '20');
const seed = Number(process.env['XEN_BACKUP_SEED'] ?? '20260402');

const peer = await openPeer();
const world = new CopyWorld(peer);
const loopMounts =
  (await canMount(execHere, world.directory, 'ext4')) &&
  (await canMount(peer.exec, peer.scratch, 'ext4'));
const itMounted = itWith('loop-mounted ext4 on both sides', loopMounts);

afterEach(() => world.unmountAll());
afterAll(async () => {
  try {
    await world.close();
  } finally {
    await peer.close();
  }
});

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 200 files that both sides have; the source has other content in half of them, and a large one. */
async function pairToAttack() {
  const pair = await world.mountPair('ext4');
  for (const directory of [pair.source.mountPoint, pair.targetFromHere]) {
    mkdirSync(join(directory, 'data'));
    for (let file = 0; file < 200; file += 1) {
      writeFileSync(join(directory, 'data', `file-${file}`), `content ${file}\n`);
    }
  }
  writeFileSync(join(pair.targetFromHere, 'data', 'removed-since'), 'a deletion that is right\n');
  return pair;
}

/** Makes the next copy have something to do. */
function change(sourceDirectory: string, round: number): void {
  for (let file = 0; file < 200; file += 2) {
    writeFileSync(join(sourceDirectory, 'data', `file-${file}`), `round ${round} of ${file}\n`);
  }
  writeRandomFile(join(sourceDirectory, 'large'), 2);
}

const kept = (directory: string): number =>
  readdirSync(join(directory, 'data')).filter((name) => /^file-\d+$/.test(name)).length;

/** An undisturbed copy, to know from when to when it can be disturbed. */
async function measure(copy: () => Promise<{ readonly kind: string }>): Promise<number> {
  const startMs = performance.now();
  expect((await copy()).kind).toBe('done');
  return performance.now() - startMs;
}

describe(`umount -l at random moments of connecting and copying (seed ${seed})`, () => {
  itMounted(
    'of the source: no file is ever deleted on the target',
    async () => {
      const { source, target, targetFromHere } = await pairToAttack();
      const random = randomNumbers(seed);
      const request = world.request(source, target, { bandwidthLimitKiBPerSecond: 4000 });
      change(source.mountPoint, 0);
      const wholeMs = await measure(() => world.copy(request));
      const kinds = new Set<string>();
      for (let round = 1; round <= attacks; round += 1) {
        change(source.mountPoint, round);
        const delayMs = random() * wholeMs;
        const copy = world.copy(request);
        await sleep(delayMs);
        here(['umount', '-l', source.mountPoint]);
        kinds.add((await copy).kind);
        const when = `round ${round}, after ${delayMs.toFixed(1)} of ${wholeMs.toFixed(0)} ms`;
        expect(kept(targetFromHere), when).toBe(200);
        here(['mount', '-o', 'loop', source.image, source.mountPoint]);
      }
      // Too early, too late, and in between.
      const allowed = ['source-guard-refused', 'failed', 'partial', 'done'];
      for (const kind of kinds) expect(allowed).toContain(kind);
      expect(kinds.size).toBeGreaterThan(1);
    },
    600_000,
  );

  itMounted(
    'of the target: no file is ever deleted, and none is written beneath the mount point',
    async () => {
      const { source, target, targetFromHere } = await pairToAttack();
      const random = randomNumbers(seed + 1);
      const request = world.request(source, target, { bandwidthLimitKiBPerSecond: 4000 });
      change(source.mountPoint, 0);
      const wholeMs = await measure(() => world.copy(request));
      const kinds = new Set<string>();
      for (let round = 1; round <= attacks; round += 1) {
        change(source.mountPoint, round);
        const delayMs = random() * wholeMs;
        const copy = world.copy(request);
        await sleep(delayMs);
        await must(peer, ['umount', '-l', target.mountPoint]);
        kinds.add((await copy).kind);
        const when = `round ${round}, after ${delayMs.toFixed(1)} of ${wholeMs.toFixed(0)} ms`;
        expect(readdirSync(targetFromHere), when).toEqual([]);
        await must(peer, ['mount', '-o', 'loop', target.image, target.mountPoint]);
        expect(kept(targetFromHere), when).toBe(200);
      }
      const allowed = ['target-guard-refused', 'failed', 'partial', 'done', 'connection-lost'];
      for (const kind of kinds) expect(allowed).toContain(kind);
    },
    600_000,
  );
});
