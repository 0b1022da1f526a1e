import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createFileCopier } from '../../src/adapters/rsync/index.js';
import type { SshRunner } from '../../src/adapters/ssh/index.js';
import type {
  CommandRunner,
  CopyOptions,
  CopyOutcome,
  CopyRequest,
  FileCopier,
  ReplicationPeer,
} from '../../src/ports/index.js';
import type { CopierSide } from '../contracts/file-copier.contract.js';
import { type FileSystemType, type MountedFileSystem, mountNew } from './file-systems.js';
import { execHere } from './peer/exec-here.js';
import type { Peer } from './peer/peer.js';
import { knownHostsFile, rightKnownHosts, sshClient } from './ssh-client.js';

export interface WorldChanges {
  /** Further options for the control connection, as if they stood in ssh_config. */
  readonly sshOptions?: readonly string[];
}

/** This machine as the source, a peer as the target, and file systems on both. */
export class CopyWorld {
  readonly peer: Peer;
  readonly directory = mkdtempSync(join(tmpdir(), 'xen-backup-source-'));
  /** On this machine: sends. */
  readonly copier: FileCopier;
  /** On the peer: ends receivers. */
  readonly target: FileCopier;
  /** On the peer. */
  readonly locksDirectory: string;
  readonly #client: SshRunner;
  readonly #mounted: MountedFileSystem[] = [];

  constructor(peer: Peer, changes: WorldChanges = {}) {
    this.peer = peer;
    this.#client = sshClient(peer, { sshOptions: changes.sshOptions ?? [] });
    this.locksDirectory = join(peer.scratch, 'locks');
    this.copier = this.copierOver(createLocalRunner({ hostName: 'source' }));
    this.target = createFileCopier({ runner: this.#client.runner, hostName: 'peer' });
  }

  /** A copier of this machine over a runner that changes something on the way. */
  copierOver(runner: CommandRunner): FileCopier {
    const { locksDirectory } = this;
    return createFileCopier({ runner, hostName: 'source', locksDirectory });
  }

  replication(changes: Partial<ReplicationPeer> = {}): ReplicationPeer {
    const { address, port, keys, user = 'root', elevation = 'none' } = this.peer;
    return {
      address,
      port,
      user,
      identityFile: keys.identityFile,
      knownHostsFile: rightKnownHosts(this.peer),
      elevation,
      ...changes,
    };
  }

  unknownPeer(): ReplicationPeer {
    return this.replication({ knownHostsFile: knownHostsFile(this.peer, []) });
  }

  async mountPair(type: FileSystemType, sizeMiB = 128) {
    const source = await mountNew(execHere, this.directory, type, sizeMiB);
    this.#mounted.push(source);
    const target = await mountNew(this.peer.exec, this.peer.scratch, type, sizeMiB);
    this.#mounted.push(target);
    return { source, target, targetFromHere: this.peer.pathFromHere(target.mountPoint) };
  }

  request(
    source: MountedFileSystem,
    target: MountedFileSystem,
    changes: Partial<CopyRequest> = {},
  ): CopyRequest {
    return {
      source,
      target,
      peer: this.replication(),
      pass: 'real',
      faithfulness: 'posix',
      excludes: [],
      bandwidthLimitKiBPerSecond: 0,
      ioClass: 'none',
      stallTimeoutMs: 60_000,
      ...changes,
    };
  }

  copy(request: CopyRequest, options: CopyOptions = {}): Promise<CopyOutcome> {
    const stopReceivers = (tag: string): Promise<void> => this.target.stopReceivers(tag);
    return this.copier.copy(request, { stopReceivers, ...options });
  }

  /** Takes down what the last tests mounted. */
  async unmountAll(): Promise<void> {
    for (const mounted of this.#mounted.splice(0).reverse()) await mounted.unmount();
  }

  async close(): Promise<void> {
    await this.unmountAll();
    await this.#client.close();
    rmSync(this.directory, { recursive: true });
  }
}

/** A mounted file system as the contract suite handles it. */
export function sideOf(mount: MountedFileSystem, fromHere: string): CopierSide {
  return {
    mount,
    write: async (path, text) => {
      mkdirSync(dirname(join(fromHere, path)), { recursive: true });
      writeFileSync(join(fromHere, path), text);
    },
    remove: async (path) => {
      rmSync(join(fromHere, path), { recursive: true });
    },
    read: async (path) =>
      existsSync(join(fromHere, path)) ? readFileSync(join(fromHere, path), 'utf8') : undefined,
    files: async () =>
      readdirSync(fromHere, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(fromHere, join(entry.parentPath, entry.name)))
        .sort(),
    unmount: () => mount.unmount(),
  };
}
