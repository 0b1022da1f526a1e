import type { MountPlan } from '../fstab/index.js';
import type { DeviceTree, GuestName, HostName } from '../model/index.js';
import type { NumberedStep, PlacedUndo } from '../steps/index.js';
import type { StandbyCondition } from '../standby/index.js';
import type { NotCopied, Transfer } from '../transfer/index.js';

/** What was opened on one target, or why it was not. */
export interface TargetPlan {
  readonly host: HostName;
  readonly tree?: DeviceTree;
  readonly transfers: readonly Transfer[];
  /** What the standby is by its record; absent where it could not be asked for. */
  readonly standby?: StandbyCondition;
  /** Why the target cannot be served: a conflict of layouts, or a refusal. */
  readonly refusal?: { readonly code: string; readonly reason: string; readonly remedy?: string };
}

/** Everything a run would do for one guest, as it was found by opening and closing its disks. */
export interface GuestPlan {
  readonly guest: GuestName;
  readonly source: HostName;
  readonly tree: DeviceTree;
  readonly mounts: MountPlan;
  readonly notCopied: readonly NotCopied[];
  readonly targets: readonly TargetPlan[];
  /** The steps in the order in which they were taken, all hosts. */
  readonly steps: readonly NumberedStep[];
  /** Their undos in the order in which they were taken, all hosts. */
  readonly teardown: readonly PlacedUndo[];
}
