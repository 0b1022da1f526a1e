import { type MountEntry, type RootIdentity, XenBackupError } from '../../core/index.js';
import type {
  CopyOptions,
  CopyOutcome,
  CopyRequest,
  CopyStatistics,
  DirectoryEntry,
  FileCopier,
  Mounter,
  PeerProbe,
} from '../../ports/index.js';
import type { MemoryDevices } from './memory-devices.contract.js';

const quiet: CopyStatistics = {
  sourceEntries: 100,
  createdEntries: 1,
  deletedEntries: 1,
  transferredFiles: 2,
  sourceBytes: 4096,
  transferredBytes: 2048,
  sentBytes: 100,
  receivedBytes: 100,
};

/** What mounts and copies need of their host, and of the hosts beside it. */
export interface MountOwner {
  call<T>(what: string, effect: () => T): Promise<T>;
  readonly devices: MemoryDevices;
  readonly probes: ReadonlyMap<string, PeerProbe>;
  readonly world: {
    readonly hosts: ReadonlyMap<
      string,
      { readonly name: string; readonly bootId: string; readonly mounts: MemoryMounts }
    >;
  };
}

/** Mounts, directories and the content of file systems on one host. */
export class MemoryMounts {
  readonly entries: MountEntry[] = [];
  readonly directories = new Set<string>();
  /** Content of a file system here, by UUID; `half` while somebody writes it. */
  readonly data = new Map<string, string>();
  /** Read-write mounts of a file system so far, by UUID. */
  readonly uses = new Map<string, number>();
  /** etc/fstab of the file system of this UUID. */
  readonly fstabs = new Map<string, string>();
  /** Every copy this host was asked to send. */
  readonly copies: CopyRequest[] = [];
  /** How copies from here end; `done` with small numbers unless a test says otherwise. */
  onCopy: (request: CopyRequest, options: CopyOptions) => CopyOutcome | Promise<CopyOutcome> =
    () => ({
      kind: 'done',
      statistics: quiet,
    });
  readonly #host: MountOwner;

  constructor(host: MountOwner) {
    this.#host = host;
  }

  /** What is there of ours below /run/xen-backup, the directory of the locks apart. */
  get traces(): readonly string[] {
    const own = (path: string): boolean =>
      path.startsWith('/run/xen-backup/') && path !== '/run/xen-backup/locks';
    return [
      ...this.entries
        .filter(({ mountPoint }) => own(mountPoint))
        .map(({ mountPoint }) => `mount ${mountPoint}`),
      ...[...this.directories].filter(own).map((path) => `directory ${path}`),
    ];
  }

  /** Somebody mounts a file system to write. */
  use(uuid: string): void {
    this.uses.set(uuid, (this.uses.get(uuid) ?? 0) + 1);
  }

  list(path: string, files: readonly string[]): readonly DirectoryEntry[] {
    const inside = (all: Iterable<string>, kind: DirectoryEntry['kind']): DirectoryEntry[] =>
      [...all]
        .filter((name) => name.startsWith(`${path}/`) && !name.slice(path.length + 1).includes('/'))
        .map((name) => ({ name: name.slice(path.length + 1), kind }));
    return [...inside(this.directories, 'directory'), ...inside(files, 'file')];
  }

  /** With its parents. */
  makeDirectory(path: string): void {
    const parts = path.split('/').slice(1);
    parts.forEach((_, index) => this.directories.add(`/${parts.slice(0, index + 1).join('/')}`));
  }

  removeDirectory(path: string): void {
    const isMounted = this.entries.some(({ mountPoint }) => mountPoint === path);
    if (isMounted || [...this.directories].some((other) => other.startsWith(`${path}/`))) {
      throw new XenBackupError('file-unreadable', { message: `${path} is not empty` });
    }
    this.directories.delete(path);
  }

  readBeneath(root: string, path: string): string | undefined {
    const { uuid } = this.#mounted(root);
    return path === 'etc/fstab' ? this.fstabs.get(uuid) : undefined;
  }

  get mounter(): Mounter {
    const host = this.#host;
    return {
      list: () => host.call('mounts', () => [...this.entries]),
      mount: (request) =>
        host.call(
          `mount ${request.device} ${request.mountPoint} ${request.options.join(',')}`,
          () => {
            if (!this.directories.has(request.mountPoint))
              throw new Error(`no ${request.mountPoint}`);
            const { deviceNumber, readOnly } = host.devices.shown(request.device);
            if (readOnly && request.options.includes('rw')) throw new Error('a read-only device');
            this.#add(
              request.mountPoint,
              request.device,
              request.fileSystemType,
              deviceNumber,
              request.options,
            );
            if (request.options.includes('rw')) this.use(this.#mounted(request.mountPoint).uuid);
          },
        ),
      mountTemporary: (path) =>
        host.call(`mount-tmpfs ${path}`, () => {
          if (!this.directories.has(path)) throw new Error(`no ${path}`);
          this.#add(path, 'tmpfs', 'tmpfs', { major: 0, minor: 99 }, ['rw']);
        }),
      makeMountPoints: (paths) =>
        host.call(`make-mount-points ${paths.join(' ')}`, () => {
          for (const path of paths) this.directories.add(path);
        }),
      makeReadOnly: (path) => host.call(`protect ${path}`, () => void this.#top(path)),
      unmount: (path) =>
        host.call(`unmount ${path}`, () => {
          const top = this.entries.findLast(({ mountPoint }) => mountPoint === path);
          if (top === undefined) return;
          if (this.entries.some(({ mountPoint }) => mountPoint.startsWith(`${path}/`))) {
            throw new XenBackupError('mount-busy', { message: `${path} is in use` });
          }
          this.entries.splice(this.entries.indexOf(top), 1);
          // What lay in a tmpfs goes with it.
          if (top.type !== 'tmpfs') return;
          for (const directory of this.directories) {
            if (directory.startsWith(`${path}/`)) this.directories.delete(directory);
          }
        }),
      rootIdentity: (path) => host.call(`identity-of ${path}`, () => this.#identity(path)),
    };
  }

  get copier(): FileCopier {
    const host = this.#host;
    return {
      copy: async (request, options = {}) => {
        const { pass, source, target, peer } = request;
        const position = `${source.mountPoint} ${peer.address}:${target.mountPoint}`;
        await host.call(`copy ${pass} ${position}`, () => void this.copies.push(request));
        const receiver = [...host.world.hosts.values()].find(
          ({ name }) => `${name}.example` === peer.address,
        );
        if (receiver === undefined) throw new Error(`nobody is ${peer.address}`);
        const { uuid } = this.#mounted(source.mountPoint);
        if (receiver.mounts.#mounted(target.mountPoint).uuid !== uuid)
          throw new Error('crossed volumes');
        if (pass === 'real') receiver.mounts.data.set(uuid, 'half');
        const outcome = await this.onCopy(request, options);
        return host.call(`copied ${pass} ${position} ${outcome.kind}`, () => {
          if (pass === 'real' && outcome.kind === 'done') {
            receiver.mounts.data.set(uuid, this.data.get(uuid) ?? '');
          }
          return outcome;
        });
      },
      stopReceivers: (tag) => host.call(`stop-receivers ${tag}`, () => undefined),
      probePeer: (peer) =>
        host.call(`probe-peer ${peer.address}`, (): PeerProbe => {
          const there = [...host.world.hosts.values()].find(
            ({ name }) => `${name}.example` === peer.address,
          );
          const known = host.probes.get(peer.address);
          return known ?? { kind: 'reachable', bootId: there?.bootId ?? '' };
        }),
    };
  }

  #add(
    mountPoint: string,
    source: string,
    type: string,
    deviceNumber: MountEntry['deviceNumber'],
    options: readonly string[],
  ): void {
    this.entries.push({ mountPoint, source, type, options, deviceNumber, root: '/' });
  }

  #top(path: string): MountEntry {
    const top = this.entries.findLast(({ mountPoint }) => mountPoint === path);
    if (top === undefined)
      throw new XenBackupError('mount-missing', { message: `nothing on ${path}` });
    return top;
  }

  #identity(path: string): RootIdentity {
    const { major, minor } = this.#top(path).deviceNumber;
    return { device: String(major * 256 + minor), inode: '2' };
  }

  /** The file system on a mount point. */
  #mounted(path: string): { readonly uuid: string } {
    const { body } = this.#host.devices.shown(this.#top(path).source).device;
    if (body.kind !== 'leaf' || body.content.kind !== 'file-system')
      throw new Error(`no file system on ${path}`);
    return { uuid: body.content.uuid ?? '' };
  }
}

export { quiet as quietStatistics };

/** A copy that ended otherwise than well; its text has what no terminal should get. */
export function endedCopy(kind: Exclude<CopyOutcome['kind'], 'done'>, exitCode = 23): CopyOutcome {
  return {
    kind,
    exitCode,
    text: 'what it means\nrsync: telling\u001b line\n*** Skipping it ***\nrsync error: last line',
  };
}
