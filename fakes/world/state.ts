import type {
  AddressSpace,
  BlockDevice,
  ContentRecord,
  DeviceKey,
  DeviceOpening,
  ImageFile,
  KernelEvent,
  SpaceId,
  ThinPoolState,
  ViewId,
} from '../block/types.js';
import type { SimulatedDomain } from '../domains/types.js';
import type { MountRecord } from '../filesystem/types.js';
import type { NetworkState, SshServer } from '../network/types.js';
import type { SimulatedClock } from './clock.js';
import type { Identifiers } from './identifiers.js';

/** Everything there is: the machines, their network, and time. */
export interface World {
  readonly clock: SimulatedClock;
  /** Deterministic UUIDs and pids, seeded by the scenario. */
  readonly identifiers: Identifiers;
  readonly machines: Map<string, Machine>;
  readonly network: NetworkState;
  /** Every command, in the order they started. */
  readonly trace: TraceEntry[];
  /** Counts writes to block devices in the whole world. */
  writeSequence: number;
  /** What no real host would survive: two writers on one file system. For the judge of a test. */
  readonly violations: string[];
}

/** One command that ran, or is running, on a machine. */
export interface TraceEntry {
  /** Host it ran on. */
  readonly machine: string;
  /** Its process there. */
  readonly processId: number;
  /** As the adapter sent it. */
  readonly argv: readonly string[];
  /** What it was fed from the start. */
  readonly stdin: string;
  /** Simulated time since the world began. */
  readonly startMs: number;
  /** Absent while it runs. */
  endMs?: number;
  /** Absent while it runs, or when it was killed. */
  exitCode?: number;
}

/** One Dom0: plain state. Operations are functions over it. */
export interface Machine {
  readonly world: World;
  readonly name: string;
  /** `uname -n`. */
  readonly nodeName: string;
  /** Names and addresses it answers to. */
  readonly addresses: readonly string[];
  /** Another one after each boot. */
  bootId: string;
  readonly machineId: string;
  power: 'on' | 'off';
  readonly networkInterfaces: Set<string>;

  /** Backing stores: survive a reboot. */
  readonly spaces: Map<SpaceId, AddressSpace>;
  /** Contents by view, then by `space:start`. Survive a reboot. */
  readonly views: Map<ViewId, Map<string, ContentRecord>>;
  /** State that thin pools keep on their metadata volumes. Survives a reboot. */
  readonly thinPools: Map<string, ThinPoolState>;
  /** Disk images among the files of the root file system, by inode. */
  readonly images: Map<number, ImageFile>;
  /** The module nbd: none of its devices is there when it is not loaded. */
  networkBlockDevices: { readonly devices: number; readonly maxPartitions: number };
  /** What the kernel has counted for each device. */
  readonly sectorsWritten: Map<DeviceKey, number>;

  /** The kernel's block devices: disks come with the boot, maps do not survive it. */
  readonly devices: Map<DeviceKey, BlockDevice>;
  /** Counts changes of what devices map to: tables, and snapshots that become invalid. */
  tableGeneration: number;
  readonly openings: DeviceOpening[];
  /** Told at once of what the kernel notices; udev and dmeventd listen here. */
  readonly kernelListeners: ((event: KernelEvent) => void)[];
  /** What dmesg shows. */
  readonly kernelLog: KernelLogLine[];
  readonly udev: UdevState;
  readonly eventDaemon: EventDaemonState;
  readonly lvmSettings: LvmSettings;

  /** In mount order; the first is `/`, whose image is the machine's own root file system. */
  readonly mounts: MountRecord[];
  readonly processes: Map<number, SimulatedProcess>;
  readonly fileLocks: FileLock[];
  readonly domains: Map<string, SimulatedDomain>;
  readonly hypervisor: HypervisorState;
  /** By name; a tool that is not here is not installed. */
  readonly tools: Map<string, InstalledTool>;
  readonly ssh: SshServer;
  readonly systemd: SystemdState;
}

export interface KernelLogLine {
  /** Simulated time since the world began. */
  readonly atMs: number;
  readonly text: string;
}

/** udev: what it was told, and what it still has to do. */
export interface UdevState {
  /** Rules as they were when udev last read them. */
  rules: readonly UdevRuleFile[];
  readonly queue: UdevEvent[];
  nextEvent: number;
  /** Simulated time from an event to the start of its handling. */
  delayMs: number;
  /** How long the handler keeps the device open. */
  handlingMs: number;
  /** Simulated time from the end of handling to the activation of a complete volume group. */
  activationDelayMs: number;
  /** Debian's default: a volume group whose PVs appear is activated. */
  autoActivation: 'on' | 'off';
}

export interface UdevRuleFile {
  readonly path: string;
  readonly text: string;
}

export interface UdevEvent {
  readonly number: number;
  readonly action: 'add' | 'change' | 'remove';
  readonly device: DeviceKey;
  readonly kernelName: string;
  /** Simulated time at which handling starts. */
  readonly dueMs: number;
  /** Simulated time at which it has been handled and leaves the queue. */
  readonly doneMs: number;
}

/** PID 1, as far as it starts something by itself. */
export interface SystemdState {
  /** `absent`: another init. */
  state: 'running' | 'absent';
  /** When each transient timer goes off, in simulated time since the world began. */
  readonly timers: Map<string, number>;
  /** Processes of the services that timers have started. */
  readonly services: Map<string, number>;
}

/** dmeventd. */
export interface EventDaemonState {
  running: boolean;
  /** UUIDs of the snapshot maps it watches. */
  readonly monitored: Set<string>;
}

/** lvm.conf, as far as it changes what is seen. */
export interface LvmSettings {
  /** devices/scan_lvs, 0 by default: PVs on LVs are not looked for. */
  scanLogicalVolumes: 'on' | 'off';
  /** devices/global_filter of lvm.conf: patterns as `a|regex|` and `r|regex|`; empty: not set. */
  globalFilter: readonly string[];
}

export interface SimulatedProcess {
  readonly processId: number;
  readonly parentId: number;
  /** Session leader's pid. */
  readonly sessionId: number;
  /** /proc/PID/comm. */
  readonly name: string;
  readonly argv: readonly string[];
  workingDirectory: string;
  /** Paths held open, for holders of a mount. */
  readonly openPaths: Set<string>;
  /** Ids of the mounts it works in or has files open on: these are busy. */
  readonly usedMounts: Set<number>;
  /** `NAME=value`, as far as anybody looks for it. */
  readonly environment: Set<string>;
  /** `D` does not die of KILL. */
  state: 'R' | 'S' | 'D' | 'Z';
  readonly startedMs: number;
  /** Aborts when the process is killed. */
  readonly killed: AbortController;
}

/** A flock held by a process. */
export interface FileLock {
  readonly path: string;
  readonly processId: number;
  readonly mode: 'exclusive' | 'shared';
}

export interface HypervisorState {
  /** libvirt answers under these URIs while `running`. */
  uris: readonly string[];
  running: boolean;
  driver: 'Xen' | 'QEMU' | 'Test';
  nextDomainId: number;
  hardware: HostHardware;
}

/** What libvirt says of the machine itself. */
export interface HostHardware {
  readonly processors: number;
  readonly megahertz: number;
  readonly processorModel: string;
  /** As nodeinfo counts it, without what the hypervisor keeps. */
  readonly memoryKiB: number;
  /** As capabilities count it. */
  readonly hostMemoryKiB: number;
  readonly hypervisorVersion: string;
}

export interface InstalledTool {
  readonly path: string;
  /** The version as the tool itself counts it: `2.03.16(2) (2022-05-18)`, `9.0.0`. */
  readonly version: string;
}
