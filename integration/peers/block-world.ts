import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createBlockTransfer, createFileCopier } from '../../src/adapters/rsync/index.js';
import type {
  BlockTransfer,
  BlockTransferRequest,
  CopyOptions,
  CopyOutcome,
  ProvenDevice,
  ReplicationPeer,
} from '../../src/ports/index.js';
import { here, tryHere } from './peer/exec-here.js';
import { startLoopbackPeer } from './peer/loopback-peer.js';
import type { Peer } from './peer/peer.js';
import { knownHostsFile, rightKnownHosts } from './ssh-client.js';

export const mebibyte = 2 ** 20;
const pieceBytes = 64 * 1024;

/** A loop device and the file behind it. */
export interface LoopDevice {
  readonly file: string;
  readonly proven: ProvenDevice;
}

/** Loop devices of one kernel on both sides, real rsync between them over a real sshd. */
export class BlockWorld {
  readonly runner = createLocalRunner({ hostName: 'here' });
  readonly peer: Peer;
  readonly directory: string;
  readonly locksDirectory: string;
  readonly blocks: BlockTransfer;
  readonly #copier = createFileCopier({ runner: this.runner, hostName: 'here' });
  readonly #loops: string[] = [];
  #files = 0;

  private constructor(peer: Peer, directory: string) {
    this.peer = peer;
    this.directory = directory;
    this.locksDirectory = join(directory, 'locks');
    mkdirSync(this.locksDirectory);
    const { runner, locksDirectory } = this;
    this.blocks = createBlockTransfer({ runner, hostName: 'here', locksDirectory });
  }

  static async open(): Promise<BlockWorld> {
    const directory = mkdtempSync(join(tmpdir(), 'xen-backup-blocks-'));
    // Never a container: it has not the loop devices of this machine.
    return new BlockWorld(await startLoopbackPeer(join(directory, 'peer')), directory);
  }

  /** A new device; of noise it has so many MiB at its start, of zeros the rest. */
  device(sizeMiB: number, { noiseMiB = 0 }: { readonly noiseMiB?: number } = {}): LoopDevice {
    this.#files += 1;
    const file = join(this.directory, `disk-${String(this.#files)}`);
    here(['truncate', '-s', `${String(sizeMiB)}M`, file]);
    if (noiseMiB > 0) {
      const to = [`of=${file}`, 'bs=1M', `count=${String(noiseMiB)}`, 'conv=notrunc'];
      here(['dd', 'if=/dev/urandom', ...to, 'status=none']);
    }
    return this.#attach(file);
  }

  /** A new device with the bytes of another. */
  copyOf({ file }: LoopDevice): LoopDevice {
    this.#files += 1;
    const copy = join(this.directory, `disk-${String(this.#files)}`);
    here(['cp', '--sparse=always', file, copy]);
    return this.#attach(copy);
  }

  #attach(file: string): LoopDevice {
    const path = here(['losetup', '-f', '--show', file]).trim();
    this.#loops.push(path);
    const [major = 0, minor = 0] = here(['stat', '-c', '%t %T', path])
      .trim()
      .split(' ')
      .map((hex) => Number.parseInt(hex, 16));
    const sizeBytes = statSync(file).size;
    return { file, proven: { path, deviceNumber: { major, minor }, sizeBytes } };
  }

  replication(changes: Partial<ReplicationPeer> = {}): ReplicationPeer {
    const { address, port, keys } = this.peer;
    return {
      ...{ address, port, user: 'root', identityFile: keys.identityFile },
      knownHostsFile: rightKnownHosts(this.peer),
      elevation: 'none',
      ...changes,
    };
  }

  unknownPeer(): ReplicationPeer {
    return this.replication({ knownHostsFile: knownHostsFile(this.peer, []) });
  }

  transfer(
    source: LoopDevice,
    target: LoopDevice,
    changes: Partial<BlockTransferRequest> = {},
    options: CopyOptions = {},
  ): Promise<CopyOutcome> {
    const request: BlockTransferRequest = {
      ...{ source: source.proven, target: target.proven, peer: this.replication() },
      ...{ pass: 'real', ioClass: 'none', bandwidthLimitKiBPerSecond: 0 },
      stallTimeoutMs: 60_000,
      ...changes,
    };
    const stopReceivers = (tag: string): Promise<void> => this.#copier.stopReceivers(tag);
    return this.blocks.transfer(request, { stopReceivers, ...options });
  }

  /** Detaches the devices of the last test and removes their files. */
  clear(): void {
    for (const loop of this.#loops.splice(0)) here(['losetup', '-d', loop]);
    here(['sh', '-c', 'rm -f "$1"/disk-*', 'rm', this.directory]);
  }

  async close(): Promise<void> {
    this.clear();
    await this.peer.close();
    rmSync(this.directory, { recursive: true });
  }
}

/** Overwrites so many pieces of 64 KiB with noise, evenly spread over the device. */
export function change({ proven }: LoopDevice, pieces: number): void {
  const { path, sizeBytes } = proven;
  const file = openSync(path, 'r+');
  const step = Math.floor(sizeBytes / pieces / pieceBytes) * pieceBytes;
  for (let piece = 0; piece < pieces; piece += 1) {
    writeSync(file, randomBytes(pieceBytes), 0, pieceBytes, piece * step);
  }
  closeSync(file);
}

/** Do two devices bear the same bytes? */
export function areEqual(left: LoopDevice, right: LoopDevice): boolean {
  return tryHere(['cmp', '--silent', left.proven.path, right.proven.path]).exitCode === 0;
}

/** The first bytes of a file or device. */
export function startOf(path: string, lengthBytes: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes);
  const file = openSync(path, 'r');
  readSync(file, bytes, 0, lengthBytes, 0);
  closeSync(file);
  return bytes;
}

/** @throws when the transfer was not done. */
export function sentBytes(outcome: CopyOutcome): number {
  if (outcome.kind === 'done') return outcome.statistics.sentBytes;
  throw new Error(`${outcome.kind}: ${outcome.text}`);
}
