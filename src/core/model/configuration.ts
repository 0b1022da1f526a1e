import type { TransferChoices } from './choices.js';
import type { GuestName, HostName } from './names.js';

/** How a host is reached, after all defaults. */
export interface HostConfiguration {
  readonly name: HostName;
  /**
   * `auto`: local where the machine's boot id is that of this machine, SSH elsewhere.
   * `local`, `ssh`: as said.
   */
  readonly connection: 'auto' | 'local' | 'ssh';
  /** Name or address for control; defaults to the host's name. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  /** Commands run through `sudo -n`. */
  readonly sudo: boolean;
  readonly identityFile?: string;
  readonly knownHostsFile?: string;
  /** How the source host reaches this host for the data; paths are on the source host. */
  readonly replication: ReplicationConfiguration;
}

/** How a source host reaches a host for the data. */
export interface ReplicationConfiguration {
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly knownHostsFile?: string;
}

/** Room for a thick snapshot. */
export type SnapshotSize =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'percent-of-origin'; readonly percent: number };

/** Settings of one guest, after defaults. */
export interface GuestSettings extends Pick<TransferChoices, 'mode'> {
  readonly snapshotSize: SnapshotSize;
  /** How large a thick snapshot may become while it is read; not larger than that is no growth. */
  readonly snapshotMaxSize: SnapshotSize;
  /** How full a thin pool may be, data and metadata; above it nothing is begun or gone on with. */
  readonly thinPoolLimitPercent: number;
  /** Disks, by the guest's names, that are read as they are also while the guest runs. */
  readonly withoutSnapshot: readonly string[];
  /** rsync patterns anchored at the guest's root. */
  readonly exclude: readonly string[];
  readonly consistency: 'none' | 'pause' | 'freeze';
  /** The longest time the guest may stand still; then a timer on its host lets it go on. */
  readonly pauseLimitMs: number;
  readonly maxDeletes: { readonly sharePercent: number; readonly count: number };
  /** KiB per second, 0 is unlimited. */
  readonly bandwidthLimitKiBPerSecond: number;
  readonly ioClass: 'idle' | 'best-effort' | 'none';
  /** Without data for this long a copy is given up. */
  readonly stallTimeoutMs: number;
  /** Whole guest, 0 is unlimited. */
  readonly maxDurationMs: number;
}

/** A guest and its settings, after defaults. */
export interface GuestConfiguration extends GuestSettings, TransferChoices {
  readonly name: GuestName;
  /** Hosts that keep a copy, the one that runs the guest among them. */
  readonly hosts: readonly HostName[];
}

/** The whole configuration, validated, with defaults applied. */
export interface Configuration {
  readonly libvirtUri: string;
  readonly stateDirectory: string;
  readonly hosts: readonly HostConfiguration[];
  readonly guests: readonly GuestConfiguration[];
}
