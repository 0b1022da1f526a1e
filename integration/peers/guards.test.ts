import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { isXenBackupError } from '../../src/core/errors/index.js';
import type { CopyRequest } from '../../src/ports/index.js';
import { CopyWorld } from './copy-world.js';
import { canMount, type MountedFileSystem } from './file-systems.js';
import { itWith } from './parts.js';
import { execHere, here, writeRandomFile } from './peer/exec-here.js';
import { addForcedKey } from './peer/keys.js';
import { openPeer } from './peer/open-peer.js';
import { dropConnections, must } from './peer/peer.js';
import { receivingProcesses, taggedProcesses, untilThere } from './processes.js';

const peer = await openPeer();
const world = new CopyWorld(peer, {
  // Long enough for a machine with other work, short enough for a test of a wire that is cut.
  sshOptions: ['ServerAliveInterval=5', 'ServerAliveCountMax=3', 'ConnectTimeout=20'],
});
const loopMounts =
  (await canMount(execHere, world.directory, 'ext4')) &&
  (await canMount(peer.exec, peer.scratch, 'ext4'));
const itMounted = itWith('loop-mounted ext4 on both sides', loopMounts);

/** Connects, and then thinks for a second before it starts anything. */
const slowKey = addForcedKey(peer.keys, 'sleep 1; eval "$SSH_ORIGINAL_COMMAND"');
const slow = { peer: world.replication({ identityFile: slowKey }) };
let tags = 0;

afterEach(() => world.unmountAll());
afterAll(async () => {
  try {
    await world.close();
  } finally {
    await peer.close();
  }
});

/** 200 files on both sides. */
async function fullPair() {
  const pair = await world.mountPair('ext4');
  for (const directory of [pair.source.mountPoint, pair.targetFromHere]) {
    mkdirSync(join(directory, 'data'));
    for (let file = 0; file < 200; file += 1) {
      writeFileSync(join(directory, 'data', `file-${file}`), `content ${file}\n`);
    }
  }
  return pair;
}

/** A copy that takes long enough to be disturbed: half a minute and more. */
async function longCopy(changes: Partial<CopyRequest> = {}) {
  const pair = await world.mountPair('ext4');
  writeRandomFile(join(pair.source.mountPoint, 'big'), 24);
  tags += 1;
  const tag = `guards${process.pid}-${tags}`;
  const request = world.request(pair.source, pair.target, {
    tag,
    bandwidthLimitKiBPerSecond: 500,
    ...changes,
  });
  const unfinished = (): readonly string[] =>
    readdirSync(pair.targetFromHere).filter((name) => name.startsWith('.big.'));
  return {
    ...pair,
    tag,
    request,
    receivers: () => receivingProcesses(peer.exec, tag),
    /** All processes are there, and the receiver has begun to write. */
    untilWriting: () => untilThere(unfinished),
  };
}

/** Does what may fail while a connection that was cut is not given up by either side. */
async function untilReachable(work: () => Promise<void>): Promise<void> {
  for (const startMs = performance.now(); ; ) {
    try {
      await work();
      return;
    } catch (error) {
      const isLate = performance.now() - startMs > 60_000;
      if (isLate || !isXenBackupError(error, 'host-unreachable')) throw error;
    }
    await sleep(500);
  }
}

const filesIn = (directory: string): number => readdirSync(join(directory, 'data')).length;
const vanish = (mount: MountedFileSystem): void => {
  here(['umount', '-l', mount.mountPoint]);
};

describe('the source vanishes while rsync connects', () => {
  itMounted('is a real attack: rsync by path deletes everything and ends with 0', async () => {
    const { source, target, targetFromHere } = await fullPair();
    const ssh = `ssh -o BatchMode=yes -p ${peer.port} -i ${slowKey} -o UserKnownHostsFile=${slow.peer.knownHostsFile ?? ''}`;
    const address = `root@${peer.address}:${target.mountPoint}/`;
    setTimeout(() => {
      vanish(source);
    }, 500);
    const rsync = spawn('sh', [
      '-c',
      'rsync -a --delete -e "$1" "$2" "$3"',
      'attack',
      ssh,
      `${source.mountPoint}/`,
      address,
    ]);
    expect(await new Promise((resolve) => rsync.once('exit', resolve))).toBe(0);
    expect(readdirSync(targetFromHere)).not.toContain('data');
  });

  itMounted('deletes nothing: the sender stands inside what was proven', async () => {
    const { source, target, targetFromHere } = await fullPair();
    setTimeout(() => {
      vanish(source);
    }, 500);
    const outcome = await world.copy(world.request(source, target, slow));
    // rsync 3.5 refuses to read a detached directory (23); older ones read on in it.
    expect(['done', 'partial']).toContain(outcome.kind);
    expect(filesIn(targetFromHere)).toBe(200);
  });

  itMounted('deletes nothing, whenever it happens', async () => {
    const { source, target, targetFromHere } = await fullPair();
    const kinds = new Set<string>();
    for (const delayMs of [0, 5, 10, 20, 40, 80, 160, 320]) {
      const copy = world.copy(world.request(source, target));
      await sleep(delayMs);
      vanish(source);
      kinds.add((await copy).kind);
      expect(filesIn(targetFromHere)).toBe(200);
      here(['mount', '-o', 'loop', source.image, source.mountPoint]);
    }
    // Too early, too late, and in between.
    const allowed = ['source-guard-refused', 'failed', 'partial', 'done'];
    for (const kind of kinds) expect(allowed).toContain(kind);
  });
});

describe('the target vanishes', () => {
  itMounted('before the receiver starts: refused, nothing written beneath', async () => {
    const { source, target, targetFromHere } = await fullPair();
    const copy = world.copy(world.request(source, target, slow));
    await sleep(500);
    await must(peer, ['umount', '-l', target.mountPoint]);
    const outcome = await copy;
    expect(outcome).toMatchObject({ kind: 'target-guard-refused' });
    expect(outcome.kind === 'done' ? '' : outcome.text).toContain('xen-backup-guard: target');
    expect(readdirSync(targetFromHere)).toEqual([]);
  });

  itMounted('while the receiver writes: nothing written beneath', async () => {
    const { target, targetFromHere, request } = await longCopy();
    let seen = 0;
    const abort = new AbortController();
    const options = { onProgress: () => (seen += 1), signal: abort.signal };
    const copy = world.copy(request, options);
    while (seen === 0) await sleep(50);
    await must(peer, ['umount', '-l', target.mountPoint]);
    await sleep(3000);
    abort.abort();
    await copy;
    expect(readdirSync(targetFromHere)).toEqual([]);
  });
});

describe('a copy that is cut off', () => {
  itMounted('leaves no process on either side when it is aborted', async () => {
    const { request, tag, receivers, targetFromHere } = await longCopy();
    writeFileSync(join(targetFromHere, 'old'), 'not to be deleted by half a copy\n');
    const abort = new AbortController();
    const copy = world.copy(request, { signal: abort.signal });
    await untilThere(receivers);
    abort.abort();
    expect(await copy).toMatchObject({ kind: 'interrupted' });
    expect(await receivers()).toEqual([]);
    expect(await taggedProcesses(execHere, tag)).toEqual([]);
    expect(readdirSync(targetFromHere)).toContain('old');
  });

  itMounted('leaves none when the connection drops and the receiver does not notice', async () => {
    const { request, tag, receivers, untilWriting } = await longCopy();
    const copy = world.copy(request);
    await untilWriting();
    const processes = await receivers();
    expect(processes.length).toBeGreaterThan(1);
    // Stopped processes neither see the end of their input nor heed a TERM.
    await must(peer, ['kill', '-s', 'STOP', ...processes]);
    await dropConnections(peer);
    expect(await copy).toMatchObject({ kind: 'connection-lost' });
    expect(await taggedProcesses(peer.exec, tag)).toEqual([]);
  });

  itMounted('leaves none when the sender is killed', async () => {
    const { request, tag, receivers } = await longCopy();
    const copy = world.copy(request);
    await untilThere(receivers);
    const senders = await taggedProcesses(execHere, tag);
    here(['kill', '-s', 'KILL', ...senders]);
    expect((await copy).kind).not.toBe('done');
    expect(await receivers()).toEqual([]);
    expect(await taggedProcesses(execHere, tag)).toEqual([]);
  });

  itWith('a container whose link can be cut', peer.setLink !== undefined && loopMounts)(
    'claims nothing while the wire is cut, and finds the receiver when it is mended',
    async () => {
      const { request, tag, receivers, untilWriting } = await longCopy({
        stallTimeoutMs: 600_000,
      });
      const abort = new AbortController();
      const copy = world.copy(request, { signal: abort.signal });
      await untilWriting();
      await peer.setLink?.('down');
      try {
        abort.abort();
        await expect(copy).rejects.toMatchObject({ code: 'host-unreachable' });
        expect(await receivers()).not.toEqual([]);
      } finally {
        await peer.setLink?.('up');
      }
      await untilReachable(() => world.target.stopReceivers(tag));
      expect(await receivers()).toEqual([]);
    },
  );

  itMounted('can be ended by the id of its run alone', async () => {
    const { request, tag, receivers } = await longCopy();
    const copy = world.copy(request);
    await untilThere(receivers);
    await world.target.stopReceivers('another-run');
    expect(await receivers()).not.toEqual([]);
    await world.target.stopReceivers(tag.split('-')[0]!);
    expect(await receivers()).toEqual([]);
    expect((await copy).kind).not.toBe('done');
  });
});

describe('the target’s lock', () => {
  itMounted('is shared by the receiver for as long as it lives', async () => {
    await must(peer, ['mkdir', '-p', world.locksDirectory]);
    const { request, receivers } = await longCopy({ targetLock: 'web' });
    const writers = `${world.locksDirectory}/web.lock.writers`;
    // Whoever holds the lock has made it.
    await must(peer, ['touch', writers]);
    const isFree = async (): Promise<boolean> =>
      (await peer.exec(['flock', '--nonblock', writers, 'true'])).exitCode === 0;
    const abort = new AbortController();
    const copy = world.copy(request, { signal: abort.signal });
    await untilThere(receivers);
    await sleep(500);
    expect(await isFree()).toBe(false);
    abort.abort();
    await copy;
    expect(await isFree()).toBe(true);
  });

  itMounted('is demanded: without its directory nothing is written', async () => {
    const { source, target } = await fullPair();
    const copier = new CopyWorld(peer);
    try {
      const request = copier.request(source, target, { targetLock: 'web' });
      await must(peer, ['rm', '-rf', copier.locksDirectory]);
      expect(await copier.copy(request)).toMatchObject({ kind: 'target-guard-refused' });
    } finally {
      await copier.close();
    }
  });
});
