import type { GuestName } from '../core/model/index.js';
import type { ReleaseTimerKind } from '../core/steps/index.js';

/** A timer that lets a guest go on by itself. */
export interface ReleaseTimer {
  /** One of our names (`xen-backup-RUNID-NUMBER`): of the timer and of all that belongs to it. */
  readonly name: string;
  readonly guest: GuestName;
  readonly timer: ReleaseTimerKind;
  /** Whole seconds are used, rounded up. */
  readonly limitMs: number;
}

/** A guest that is to stand still. */
export interface HoldRequest {
  /** Of the armed timer. */
  readonly name: string;
  readonly guest: GuestName;
  readonly by: 'pause' | 'freeze';
}

/** What came of the attempt to hold a guest. */
export type HoldOutcome =
  | { readonly kind: 'held' }
  /** `freeze`: no agent answers, or the hypervisor has no such thing. The guest works on. */
  | { readonly kind: 'impossible'; readonly reason: string };

/** What releasing a guest found. */
export type ReleaseOutcome =
  /** We held it until now, without a break as far as can be seen; now it goes on. */
  | { readonly kind: 'released'; readonly by: 'pause' | 'freeze'; readonly heldMs: number }
  /** Nothing was held under that name: the timer has released it, or nobody ever held it. */
  | { readonly kind: 'not-held' }
  /** Somebody else had let it go on, or it is no longer active. It was left as it is. */
  | { readonly kind: 'interfered'; readonly state: string; readonly heldMs: number };

/** A timer or a hold that is found on a host. */
export interface FoundHold {
  readonly name: string;
  readonly guest: GuestName;
  readonly timer: ReleaseTimerKind;
}

/**
 * Guests that stand still for the moment of their snapshots, and the timers on the host itself that
 * let them go on whatever becomes of us.
 *
 * What is held is known by a small file in the run's directory on the host (it does not survive a
 * boot). Holding, releasing and the timer take a lock on that file in turn, and whoever releases
 * removes it: nobody releases twice, nobody holds a guest whose timer has gone off, and a guest
 * that somebody else paused before or after is never resumed.
 *
 * All methods throw `hypervisor-unreachable` and `command-failed`, besides what is said.
 */
export interface GuestHolds {
  /** What this host offers for timers: systemd where it runs. @throws `command-not-found`. */
  timerKind(): Promise<ReleaseTimerKind>;
  /** Arms a timer. Nothing is held yet. */
  arm(timer: ReleaseTimer): Promise<void>;
  /** Removes a timer that has nothing to do any more. Absent is fine. */
  disarm(name: string, timer: ReleaseTimerKind): Promise<void>;
  /**
   * Makes a running guest stand still.
   *
   * @throws `guest-hold-failed`; `guest-hold-broken` when the timer has gone off already;
   * `guest-state-changed` when the guest is not running, or is paused already; `domain-not-found`.
   */
  hold(request: HoldRequest): Promise<HoldOutcome>;
  /**
   * Lets a guest go on that we hold. Doing it again finds nothing to do.
   *
   * @throws `guest-release-failed` when it still stands after several attempts.
   */
  release(name: string, guest: GuestName): Promise<ReleaseOutcome>;
  /** All timers and holds of ours on the host, whichever run they belong to. */
  list(): Promise<readonly FoundHold[]>;
}
