import type { GuestName, HostName, ImageFormat, NodePosition } from '../model/index.js';

/**
 * A step is an effect on one host, as data. Whatever can be undone from a step alone, after the
 * process that took it has died, stands in it. See `inverse`.
 */
export type Step =
  | InstallRuleStep
  | ProveRuleStep
  | CreateSnapshotStep
  | ExtendSnapshotStep
  | AttachImageStep
  | CreateMapStep
  | AddPartitionMapsStep
  | PrepareMountPointsStep
  | MountStep
  | ProtectMountPointsStep
  | ArmReleaseStep
  | PauseGuestStep
  | FreezeGuestStep;

/** What kind of effect a step has. */
export type StepKind = Step['kind'];

interface StepBase {
  readonly host: HostName;
  /** The guest it is taken for; absent for what a run needs once per host. */
  readonly guest?: GuestName;
  /** The device of the guest that it is about; for people, nothing depends on it. */
  readonly position?: NodePosition;
}

/** Keeps udev's automatic machinery away from the devices of this run. */
export interface InstallRuleStep extends StepBase {
  readonly kind: 'install-rule';
  readonly path: string;
}

/**
 * A map of ours with nothing on it, by which udev shows that it follows the rule, before the first
 * byte of a guest can be seen by it.
 */
export interface ProveRuleStep extends StepBase {
  readonly kind: 'prove-rule';
  readonly name: string;
  readonly uuid: string;
}

export interface CreateSnapshotStep extends StepBase {
  readonly kind: 'create-snapshot';
  readonly volumeGroup: string;
  readonly origin: string;
  readonly name: string;
  readonly storage:
    | { readonly kind: 'thick'; readonly sizeBytes: number }
    | { readonly kind: 'thin' };
  readonly tags: readonly string[];
}

/**
 * Makes a snapshot of ours larger while it is read. It needs no undo of its own: the snapshot is
 * removed whatever its size, and its extents with it.
 */
export interface ExtendSnapshotStep extends StepBase {
  readonly kind: 'extend-snapshot';
  readonly volumeGroup: string;
  readonly origin: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly sizeBytes: number;
}

/** Shows an image file as a block device. Both go by the mount point, which bears our name. */
export interface AttachImageStep extends StepBase {
  readonly kind: 'attach-image';
  readonly file: string;
  readonly image: ImageFormat;
  readonly sizeBytes: number;
  readonly mountPoint: string;
  readonly access: 'read-only' | 'read-write';
}

/** One line of a device-mapper table; sectors are 512 bytes. */
export type StepSegment =
  | {
      readonly kind: 'linear';
      readonly startSector: number;
      readonly sectors: number;
      readonly device: string;
      readonly offsetSectors: number;
    }
  | {
      readonly kind: 'striped';
      readonly startSector: number;
      readonly sectors: number;
      readonly chunkSectors: number;
      readonly stripes: readonly { readonly device: string; readonly offsetSectors: number }[];
    }
  /** Nothing lies there: every access fails. */
  | { readonly kind: 'error'; readonly startSector: number; readonly sectors: number };

/** A device under a name of ours: a guest's disk, or one of its logical volumes. */
export interface CreateMapStep extends StepBase {
  readonly kind: 'create-map';
  readonly name: string;
  readonly uuid: string;
  readonly access: 'read-only' | 'read-write';
  readonly segments: readonly StepSegment[];
}

/** Device nodes for the partitions of one of our maps. */
export interface AddPartitionMapsStep extends StepBase {
  readonly kind: 'add-partition-maps';
  /** Path of the wrapper. */
  readonly device: string;
  readonly access: 'read-only' | 'read-write';
}

/** A tmpfs of ours with an empty directory for each file system. */
export interface PrepareMountPointsStep extends StepBase {
  readonly kind: 'prepare-mount-points';
  readonly base: string;
  readonly sizeBytes: number;
  /** Absolute, each directly under `base`. */
  readonly directories: readonly string[];
}

export interface MountStep extends StepBase {
  readonly kind: 'mount';
  readonly device: string;
  readonly mountPoint: string;
  readonly fileSystemType: string;
  readonly options: readonly string[];
}

/** The tmpfs becomes read-only: nothing can be written beneath a missing mount. */
export interface ProtectMountPointsStep extends StepBase {
  readonly kind: 'protect-mount-points';
  readonly base: string;
}

/** What lets a host run something by itself after a time: systemd, or a process of its own. */
export type ReleaseTimerKind = 'systemd' | 'setsid';

/**
 * A timer on the host itself that lets a stopped guest go on after a time, also when xen-backup
 * and its connection are dead. It stands on the host before the guest is stopped.
 */
export interface ArmReleaseStep extends StepBase {
  readonly kind: 'arm-release';
  readonly guest: GuestName;
  /** One of our names; the steps that stop the guest refer to it. */
  readonly name: string;
  readonly timer: ReleaseTimerKind;
  readonly limitMs: number;
}

/** The guest's processors stand still. */
export interface PauseGuestStep extends StepBase {
  readonly kind: 'pause-guest';
  readonly guest: GuestName;
  /** The timer that will release it. */
  readonly name: string;
}

/** The guest's agent has frozen its file systems. */
export interface FreezeGuestStep extends StepBase {
  readonly kind: 'freeze-guest';
  readonly guest: GuestName;
  /** The timer that will release it. */
  readonly name: string;
}

/** True for what keeps a guest from working: it is taken back before anything else. */
export function stopsGuest(step: Step): boolean {
  return step.kind === 'pause-guest' || step.kind === 'freeze-guest';
}

/** A step with its number in the run; journals and events refer to it by `id`. */
export type NumberedStep = Step & { readonly id: number };
