import type { FoundFstab } from '../fstab/index.js';
import type {
  DeviceTree,
  DiskStorage,
  DomainDefinition,
  DomainState,
  GuestConfiguration,
  HostName,
  VolumeInventory,
} from '../model/index.js';
import type { StandbyRecord } from '../standby/index.js';

/** A disk of the guest, and what carries it on a host. */
export interface FoundDisk {
  readonly target: string;
  readonly storage: DiskStorage;
}

/** What a plan of one guest learned of one host. What could not be learned is absent. */
export interface HostFacts {
  readonly name: HostName;
  /** Address for control, as the configuration says. */
  readonly address: string;
  /** `asked`: libvirt answered. `silent`: the host did not. `not-asked`: nobody needed it. */
  readonly answer: 'asked' | 'silent' | 'not-asked';
  /** State of the guest there; absent where the host does not know it. */
  readonly state?: DomainState;
  readonly definition?: DomainDefinition;
  /** The host's own volume groups and volumes. */
  readonly inventory?: VolumeInventory;
  /** What carries the disks of the guest, as far as it was found. */
  readonly disks?: readonly FoundDisk[];
  /** What lies on the disks, on a drifted standby too. */
  readonly tree?: DeviceTree;
  /** What the host remembers of its copy. */
  readonly record?: StandbyRecord;
}

/** Everything a scenario of one guest is made from. */
export interface GuestFacts {
  readonly guest: GuestConfiguration;
  readonly libvirtUri: string;
  readonly stateDirectory: string;
  /** In the order of the guest's configuration. */
  readonly hosts: readonly HostFacts[];
  /** The host xen-backup ran on, where it is one of these. */
  readonly actingHost?: HostName;
  readonly source?: HostName;
  /** The guest's own fstab, with the file system it was found on. */
  readonly fstab?: FoundFstab;
}
