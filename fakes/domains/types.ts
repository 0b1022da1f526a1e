import type { DomainState } from '../../src/core/model/index.js';

/** A guest as libvirt on one machine knows it. */
export interface SimulatedDomain {
  readonly name: string;
  readonly uuid: string;
  /** Present while active. */
  id?: number;
  state: DomainState;
  /** virsh's words for how it came into its state: `booted`, `user`... */
  stateReason: string;
  persistent: boolean;
  autostart: boolean;
  readonly definition: DomainDefinitionSource;
  /** Simulated seconds of processor time before `runningSinceMs`. */
  cpuSeconds: number;
  runningSinceMs?: number;
  /** What the guest does while it runs. */
  readonly workload: Workload;
  /** Ticks of its workload so far; its counter files show it. */
  ticks: number;
  /** The guest's agent has frozen its file systems. */
  frozen: boolean;
}

/** Where dumpxml's text comes from: built from its parts, or a document of the scenario's own. */
export type DomainDefinitionSource =
  | ({ readonly kind: 'parts' } & DomainParts)
  /** Inactive form; `id` is added while the domain is active. */
  | { readonly kind: 'document'; readonly xml: string };

/** A definition, as far as the simulation writes it out. */
export interface DomainParts {
  /** `xen`, `kvm`, `qemu`, `test`. */
  readonly type: string;
  readonly memoryKiB: number;
  readonly processors: number;
  readonly boot:
    | {
        readonly kind: 'kernel';
        readonly kernel: string;
        readonly initrd?: string;
        readonly commandLine?: string;
      }
    | { readonly kind: 'bootloader'; readonly path: string }
    | { readonly kind: 'firmware' };
  readonly disks: readonly DomainDisk[];
  readonly interfaces: readonly DomainInterface[];
}

export interface DomainDisk {
  /** `xvda`, `sda`, `vdb`... */
  readonly target: string;
  readonly bus: string;
  readonly device: 'disk' | 'cdrom' | 'floppy' | 'lun';
  /** Empty for a drive without a medium. */
  readonly source: string;
  readonly sourceKind: 'block' | 'file';
  readonly driverName?: string;
  readonly driverType?: string;
  readonly readOnly: boolean;
  readonly shareable: boolean;
  readonly serial?: string;
  /** As <blockio> says it. */
  readonly logicalSectorBytes?: number;
}

export interface DomainInterface {
  readonly bridge: string;
  readonly mac: string;
}

/** What a guest writes to its own disks while it runs. */
export interface Workload {
  /** Simulated time from one round of writing to the next; 0 for a guest that never writes. */
  readonly everyMs: number;
  /** Written to each disk in a round, besides the counter. */
  readonly bytes: number;
  /** A file in each of its file systems that holds the number of the round; none when empty. */
  readonly counterFile: string;
  /** Its guest agent, which can freeze its file systems. `silent`: configured, and not running. */
  readonly agent: 'present' | 'absent' | 'silent';
}

/** A guest that does nothing. */
export const idleWorkload: Workload = { everyMs: 0, bytes: 0, counterFile: '', agent: 'absent' };
