import type { DomainDefinition, DomainState } from '../../core/index.js';
import { XenBackupError } from '../../core/index.js';
import type {
  BlockTransfer,
  BlockTransferRequest,
  CopyOptions,
  CopyOutcome,
  Host,
  HostFiles,
  Hypervisor,
  LockOwner,
  Locks,
  PeerProbe,
  ToolInspector,
  ToolVersion,
} from '../../ports/index.js';
import type { Layout } from '../../core/testing/layout.contract.js';
import { MemoryDevices } from './memory-devices.contract.js';
import { MemoryHolds } from './memory-holds.contract.js';
import { MemoryMounts, quietStatistics } from './memory-mounts.contract.js';

/** A domain, and whether libvirt starts it with the host. */
export interface MemoryDomain {
  state: DomainState;
  definition: DomainDefinition;
  autostart: boolean;
}

/** What a host needs of the world around it. */
export interface HostWorld {
  readonly hosts: ReadonlyMap<string, MemoryHost>;
  perform<T>(host: string, what: string, effect: () => T): Promise<T>;
}

/** One host in memory. */
export class MemoryHost {
  readonly name: string;
  readonly world: HostWorld;
  readonly files = new Map<string, string>();
  readonly locks = new Map<string, { readonly owner: LockOwner; readonly lost: AbortController }>();
  readonly domains = new Map<string, MemoryDomain>();
  readonly rules = new Set<string>();
  /** Whether udev follows rules that are there. */
  udev: 'obedient' | 'deaf' = 'obedient';
  readonly tools = new Map<string, string>();
  readonly interfaces = new Set(['xenbr0']);
  readonly regularFiles = new Set<string>();
  readonly devices: MemoryDevices;
  readonly mounts: MemoryMounts;
  readonly holds: MemoryHolds;
  /** What the probe of another host's data path answers, by address. */
  readonly probes = new Map<string, PeerProbe>();
  /** Every transfer by blocks this host was asked to send. */
  readonly transfers: BlockTransferRequest[] = [];
  /** How they end; `done` unless a test says otherwise. */
  onTransfer: (
    request: BlockTransferRequest,
    options: CopyOptions,
  ) => CopyOutcome | Promise<CopyOutcome> = () => ({
    kind: 'done',
    statistics: quietStatistics,
  });
  bootId: string;
  machineId: string;
  isClosed = false;

  constructor(name: string, world: HostWorld) {
    this.name = name;
    this.world = world;
    this.bootId = `boot-of-${name}`;
    this.machineId = `machine-${name}`;
    this.devices = new MemoryDevices(this);
    this.mounts = new MemoryMounts(this);
    this.holds = new MemoryHolds(this);
  }

  /** Defines a guest here, with a volume `vg/<guest>-<target>` for each disk of its layout. */
  addGuest(name: string, layout: Layout, state: DomainState = 'shut off'): void {
    const disks = [...layout.disks].map(([target, device]) => {
      const volume = this.devices.addVolume('vg', `${name}-${target}`, device, layout);
      return {
        target,
        device: 'disk' as const,
        source: { kind: 'block' as const, path: volume.path },
        readOnly: false,
        shareable: false,
      };
    });
    const xml = `<domain type='xen'><name>${name}</name></domain>`;
    const interfaces = [{ type: 'bridge', bridge: 'xenbr0' }];
    const definition = { type: 'xen', name, disks, interfaces, xml };
    this.domains.set(name, { state, definition, autostart: false });
  }

  /** Everything of ours that is there now, in words; files that stay on purpose are not. */
  get traces(): readonly string[] {
    const journals = [...this.files.keys()].filter((path) => path.includes('/journals/'));
    return [
      ...journals.map((path) => `file ${path}`),
      ...[...this.rules].map((path) => `rule ${path}`),
      ...this.devices.traces,
      ...this.mounts.traces,
      ...this.holds.traces,
    ];
  }

  dropLocks(): void {
    this.locks.clear();
  }

  /** Text of the record of a guest here. */
  record(guest: string): string | undefined {
    return this.files.get(`/var/lib/xen-backup/records/${guest}.json`);
  }

  get ports(): Host {
    const { devices, mounts } = this;
    return {
      name: this.name,
      peer: { address: `${this.name}.example`, elevation: 'none' },
      identity: {
        read: () =>
          this.call('identity', () => {
            return { bootId: this.bootId, machineId: this.machineId, nodeName: this.name };
          }),
      },
      files: this.#files(),
      locks: this.#locks(),
      tools: this.#tools(),
      hypervisor: this.#hypervisor(),
      holds: this.holds.port,
      volumes: devices.volumes,
      // Every disk of these hosts is a logical volume.
      backing: {
        inspect: () => this.call('inspect', () => undefined),
        holders: () => this.call('holders', () => []),
        attach: ({ file: device, mountPoint }) =>
          this.call(`attach ${device}`, () => ({ device, mountPoint })),
        detach: (mountPoint) => this.call(`detach ${mountPoint}`, () => undefined),
        attached: () => this.call('attached', () => []),
        flushFile: (path) => this.call(`flush ${path}`, () => undefined),
      },
      deviceMapper: devices.deviceMapper,
      partitionTables: devices.partitionTables,
      partitionMaps: devices.partitionMaps,
      contents: devices.contents,
      regions: devices.regions,
      mounts: mounts.mounter,
      deviceEvents: {
        installRule: (path) => this.call(`install-rule ${path}`, () => void this.rules.add(path)),
        isLeftAlone: (path) =>
          this.call(`is-left-alone ${path}`, () => this.rules.size > 0 && this.udev === 'obedient'),
        removeRule: (path) => this.call(`remove-rule ${path}`, () => void this.rules.delete(path)),
        settle: () => this.call('settle', () => undefined),
      },
      copier: mounts.copier,
      blocks: this.#blocks(),
      runner: {
        run: () => Promise.reject(new Error('no runner here')),
        start: () => Promise.reject(new Error('no runner here')),
      },
      close: async () => {
        this.isClosed = true;
      },
    };
  }

  call<T>(what: string, effect: () => T): Promise<T> {
    return this.world.perform(this.name, what, effect);
  }

  #blocks(): BlockTransfer {
    return {
      transfer: async (request, options = {}) => {
        const { pass, source, peer } = request;
        await this.call(`transfer ${pass} ${source.path} ${peer.address}`, () =>
          this.transfers.push(request),
        );
        return this.onTransfer(request, options);
      },
      writeStart: ({ path }, bytes, { tag = '', targetLock = '' } = {}) =>
        this.call(
          `write-start ${path} ${targetLock} ${tag}`,
          () => void this.devices.starts.set(path, bytes),
        ),
    };
  }

  #files(): HostFiles {
    const { files, mounts } = this;
    return {
      readText: (path) => this.call(`read ${path}`, () => files.get(path)),
      writeTextAtomically: (path, text) =>
        this.call(`write ${path}`, () => void files.set(path, text)),
      appendDurably: (path, text) =>
        this.call(`append ${path}`, () => void files.set(path, (files.get(path) ?? '') + text)),
      list: (path) =>
        this.call(`list ${path}`, () => mounts.list(path, [...files.keys(), ...this.rules])),
      ensureDirectory: (path) =>
        this.call(`make-directory ${path}`, () => {
          mounts.makeDirectory(path);
        }),
      makeDirectory: (...paths) =>
        this.call(`make-directory ${paths.join(' ')}`, () => {
          for (const path of paths) mounts.makeDirectory(path);
        }),
      removeFile: (path) => this.call(`remove-file ${path}`, () => void files.delete(path)),
      removeDirectory: (path) =>
        this.call(`remove-directory ${path}`, () => {
          mounts.removeDirectory(path);
        }),
      readTextBeneath: (root, path) =>
        this.call(`read-beneath ${root} ${path}`, () => mounts.readBeneath(root, path)),
    };
  }

  #locks(): Locks {
    return {
      tryLock: (name, owner) =>
        this.call(`lock ${name}`, () => {
          const held = this.locks.get(name);
          if (held !== undefined) return { kind: 'busy', owner: held.owner };
          const lost = new AbortController();
          this.locks.set(name, { owner, lost });
          const release = () =>
            this.call(`unlock ${name}`, () => {
              if (this.locks.get(name)?.lost === lost) this.locks.delete(name);
            });
          return { kind: 'held', lock: { release, lost: lost.signal } };
        }),
    };
  }

  #tools(): ToolInspector {
    return {
      inspect: (names) =>
        this.call('inspect-tools', () =>
          names.map((tool): ToolVersion => {
            const version = this.tools.get(tool);
            return version === 'absent' ? { tool } : { tool, version: version ?? 'present' };
          }),
        ),
      hasNetworkInterface: (name) =>
        this.call(`has-interface ${name}`, () => this.interfaces.has(name)),
      hasFile: (path) => this.call(`has-file ${path}`, () => this.regularFiles.has(path)),
    };
  }

  #hypervisor(): Hypervisor {
    const domain = (name: string): MemoryDomain => {
      const found = this.domains.get(name);
      if (found === undefined) throw new XenBackupError('domain-not-found', { message: name });
      return found;
    };
    return {
      listDomains: () =>
        this.call('list-domains', () =>
          [...this.domains].map(([name, { state }]) => ({ name, state })),
        ),
      domainState: (name) => this.call(`state ${name}`, () => this.domains.get(name)?.state),
      readDefinition: (name) =>
        this.call(`definition ${name}`, () => this.domains.get(name)?.definition),
      isAutostarted: (name) => this.call(`autostart ${name}`, () => domain(name).autostart),
    };
  }
}
