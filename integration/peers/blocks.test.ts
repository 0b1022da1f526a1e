import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync, closeSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createBlockTransfer, createFileCopier } from '../../src/adapters/rsync/index.js';
import { createRegionReader } from '../../src/adapters/regions/index.js';
import type {
  BlockTransferRequest,
  CopyOptions,
  CopyOutcome,
  ProvenDevice,
  ReplicationPeer,
} from '../../src/ports/index.js';
import { type BlockSide, describeBlockTransfer } from '../contracts/block-transfer.contract.js';
import { itWith } from './parts.js';
import { startLoopbackPeer } from './peer/loopback-peer.js';
import type { Peer } from './peer/peer.js';
import { knownHostsFile, rightKnownHosts } from './ssh-client.js';

// Loop devices of one kernel on both sides, real rsync between them over a real sshd.

const mebibyte = 2 ** 20;
const runner = createLocalRunner({ hostName: 'here' });
const copier = createFileCopier({ runner, hostName: 'here' });
const regions = createRegionReader({ runner, hostName: 'here' });

let peer: Peer;
let directory: string;
let loops: string[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'xen-backup-blocks-'));
  // Never a container: it has not the loop devices of this machine.
  peer = await startLoopbackPeer(join(directory, 'peer'));
  mkdirSync(join(directory, 'locks'));
});

afterEach(() => {
  for (const loop of loops) run('losetup', '-d', loop);
  loops = [];
});

afterAll(async () => {
  await peer.close();
  rmSync(directory, { recursive: true });
});

function run(tool: string, ...args: readonly string[]): string {
  return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function image(name: string, sizeMiB: number, content: 'zeros' | 'noise' = 'zeros'): string {
  const path = join(directory, name);
  rmSync(path, { force: true });
  run('truncate', '-s', `${String(sizeMiB)}M`, path);
  if (content === 'noise') {
    const count = `count=${String(sizeMiB)}`;
    run('dd', 'if=/dev/urandom', `of=${path}`, 'bs=1M', count, 'conv=notrunc', 'status=none');
  }
  return path;
}

function device(path: string): ProvenDevice {
  const loop = run('losetup', '-f', '--show', path);
  loops.push(loop);
  const [major = 0, minor = 0] = run('stat', '-c', '%t %T', loop)
    .split(' ')
    .map((hex) => Number.parseInt(hex, 16));
  return { path: loop, deviceNumber: { major, minor }, sizeBytes: statSync(path).size };
}

/** Overwrites so many pieces of 64 KiB, evenly spread. */
function change(path: string, pieces: number): void {
  const file = openSync(path, 'r+');
  const step = Math.floor(statSync(path).size / pieces / 65_536) * 65_536;
  for (let piece = 0; piece < pieces; piece += 1) {
    writeSync(file, randomBytes(65_536), 0, 65_536, piece * step);
  }
  closeSync(file);
}

function replication(changes: Partial<ReplicationPeer> = {}): ReplicationPeer {
  const { address, port, keys } = peer;
  const { identityFile } = keys;
  const knownHostsFile = rightKnownHosts(peer);
  return {
    address,
    port,
    user: 'root',
    identityFile,
    knownHostsFile,
    elevation: 'none',
    ...changes,
  };
}

function transfer(
  source: ProvenDevice,
  target: ProvenDevice,
  changes: Partial<BlockTransferRequest> = {},
  options: CopyOptions = {},
): Promise<CopyOutcome> {
  const blocks = createBlockTransfer({
    ...{ runner, hostName: 'here', locksDirectory: join(directory, 'locks') },
  });
  const request: BlockTransferRequest = {
    ...{ source, target, peer: replication(), pass: 'real', ioClass: 'none' },
    bandwidthLimitKiBPerSecond: 0,
    stallTimeoutMs: 60_000,
    ...changes,
  };
  const stopReceivers = (tag: string): Promise<void> => copier.stopReceivers(tag);
  return blocks.transfer(request, { stopReceivers, ...options });
}

function areEqual(left: ProvenDevice, right: ProvenDevice): boolean {
  try {
    run('cmp', left.path, right.path);
    return true;
  } catch {
    return false;
  }
}

function sentBytes(outcome: CopyOutcome): number {
  expect(outcome).toMatchObject({ kind: 'done' });
  return outcome.kind === 'done' ? outcome.statistics.sentBytes : Number.NaN;
}

const it = itWith('loop devices', process.getuid?.() === 0);

function side(name: string): BlockSide {
  const path = image(name, 8);
  const proven = device(path);
  return {
    proven,
    fill: async (text) => {
      run(
        'sh',
        '-c',
        'yes "$1" | dd of="$2" bs=1M count=4 iflag=fullblock status=none',
        'fill',
        text,
        proven.path,
      );
    },
    look: async () => run('sha256sum', proven.path).slice(0, 64),
  };
}

if (process.getuid?.() === 0) {
  describeBlockTransfer({
    name: 'rsync over SSH between loop devices',
    open: async () => {
      const blocks = createBlockTransfer({ runner, hostName: 'here' });
      return {
        ...{ blocks, target: blocks, peer: replication() },
        deadPeer: replication({ port: 1 }),
        unknownPeer: replication({ knownHostsFile: knownHostsFile(peer, []) }),
        newPair: async () => {
          const pair = { source: side('from'), target: side('onto') };
          return { ...pair, close: async () => undefined };
        },
        close: async () => undefined,
      };
    },
  });
}

describe('blocks between real devices', () => {
  it('sends about one percent of a gibibyte of which one percent changed', async () => {
    const [from, onto] = [image('from', 1024), image('onto', 1024)];
    // Noise at the start, as content; zeros behind it, as in most disks.
    run('dd', 'if=/dev/urandom', `of=${from}`, 'bs=1M', 'count=256', 'conv=notrunc', 'status=none');
    run('cp', '--sparse=always', from, onto);
    change(from, 164);
    const [source, target] = [device(from), device(onto)];
    const outcome = await transfer(source, target);
    const sent = sentBytes(outcome);
    console.log(`blocks: 1 GiB, 164 pieces of 64 KiB changed: ${String(sent)} bytes sent`);
    expect(sent).toBeGreaterThan(0.009 * 1024 * mebibyte);
    expect(sent).toBeLessThan(0.012 * 1024 * mebibyte);
    expect(areEqual(source, target)).toBe(true);
    expect(sentBytes(await transfer(source, target))).toBeLessThan(mebibyte);
  });

  it('sends zeros nearly for free', async () => {
    const [source, target] = [device(image('from', 128)), device(image('onto', 128, 'noise'))];
    expect(sentBytes(await transfer(source, target))).toBeLessThan(mebibyte / 4);
    expect(areEqual(source, target)).toBe(true);
  });

  it('goes on where it was killed, and leaves no process', async () => {
    const [source, target] = [device(image('from', 64, 'noise')), device(image('onto', 64))];
    const stop = new AbortController();
    const half = 32 * mebibyte;
    const limit = { bandwidthLimitKiBPerSecond: 16 * 1024 };
    const killed = await transfer(source, target, limit, {
      signal: stop.signal,
      onProgress: ({ transferredBytes }) => {
        if (transferredBytes >= half) stop.abort();
      },
    });
    expect(killed).toMatchObject({ kind: 'interrupted' });
    expect(areEqual(source, target)).toBe(false);
    const left = sentBytes(await transfer(source, target));
    console.log(`blocks: 64 MiB, killed behind 32: ${String(left)} bytes sent the second time`);
    expect(left).toBeLessThan(40 * mebibyte);
    expect(areEqual(source, target)).toBe(true);
  });

  it('notices what is corrupted in flight', async () => {
    const [source, target] = [device(image('from', 32, 'noise')), device(image('onto', 32))];
    const wire = await corruptingProxy(4 * mebibyte);
    const known = { port: wire.port, knownHostsFile: knownAt(wire.port) };
    const outcome = await transfer(source, target, { peer: replication(known) });
    wire.server.close();
    expect(wire.corrupted()).toBe(true);
    expect(outcome.kind).not.toBe('done');
    expect(sentBytes(await transfer(source, target))).toBeGreaterThan(0);
    expect(areEqual(source, target)).toBe(true);
  });

  it('fails when the source cannot be read to its end', async () => {
    const from = image('from', 16, 'noise');
    const [source, target] = [device(from), device(image('onto', 16))];
    // The device keeps its size; what lies behind the end of its file gives EIO.
    run('truncate', '-s', '8M', from);
    expect(await transfer(source, target)).toMatchObject({ kind: 'input-output-error' });
  });

  it('is refused where nobody holds the lock', async () => {
    const [source, target] = [device(image('from', 8, 'noise')), device(image('onto', 8))];
    expect(await transfer(source, target, { targetLock: 'guest-dc1' })).toMatchObject({
      kind: 'target-guard-refused',
      exitCode: 119,
    });
  });

  it('writes the start of a device and nothing behind it', async () => {
    const target = device(image('onto', 8, 'noise'));
    const rest = { device: target.path, offsetBytes: 4096, lengthBytes: 8 * mebibyte - 4096 };
    const before = await regions.digest([rest]);
    const header = randomBytes(4096);
    await createBlockTransfer({ runner, hostName: 'here' }).writeStart(target, header);
    const [start] = await regions.read([{ ...rest, offsetBytes: 0, lengthBytes: 4096 }]);
    expect(Buffer.from(start ?? [])).toEqual(header);
    expect(await regions.digest([rest])).toEqual(before);
  });
});

/** The peer's keys, under another port. */
function knownAt(port: number): string {
  const name = `[127.0.0.1]:${String(port)}`;
  return knownHostsFile(
    peer,
    Object.values(peer.keys.hostKeys).map((key) => `${name} ${key}`),
  );
}

/** A wire that turns over one bit of what the sender says, so many bytes in. */
async function corruptingProxy(
  afterBytes: number,
): Promise<{ readonly port: number; readonly server: Server; readonly corrupted: () => boolean }> {
  let isDone = false;
  const server = createServer((client) => {
    let seen = 0;
    const upstream = connect(peer.port, peer.address);
    upstream.pipe(client);
    client.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (!isDone && seen > afterBytes) {
        isDone = true;
        const at = Math.floor(chunk.length / 2);
        chunk[at] = (chunk[at] ?? 0) ^ 1;
      }
      upstream.write(chunk);
    });
    for (const [here, there] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      here.on('error', () => there.destroy());
      here.on('close', () => there.destroy());
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve();
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, server, corrupted: () => isDone };
}
