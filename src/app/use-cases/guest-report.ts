import type { GuestReport, TargetReport, XenBackupError } from '../../core/index.js';
import type { WatchedFill } from '../stages/watch-snapshots.js';
import type { HeldGuest } from '../stages/snapshot-window.js';
import type { GuestRequest } from './guest-replication.js';

/** What came of a guest, as its run saw it. */
export interface GuestResults {
  /** What ended the guest as a whole. */
  readonly failure: XenBackupError | undefined;
  readonly targets: readonly TargetReport[];
  readonly fill: WatchedFill;
  /** How the guest stood still for its snapshots, if it did. */
  readonly held: HeldGuest | undefined;
  readonly durationMs: number;
}

/** The report of a guest: named after what ended it, else after the first target that is not done. */
export function composeGuestReport(request: GuestRequest, results: GuestResults): GuestReport {
  const { failure, targets, fill, held, durationMs } = results;
  const bad = targets.find(({ outcome }) => outcome !== 'done');
  const cause = failure ?? bad;
  const reason =
    failure?.message ??
    (bad === undefined ? undefined : `${bad.host}: ${bad.reason ?? bad.outcome}`);
  return {
    guest: request.guest.name,
    outcome: cause === undefined ? 'done' : outcomeOf(request, results),
    ...(cause?.code === undefined ? {} : { code: cause.code }),
    ...(reason === undefined ? {} : { reason }),
    ...(cause?.remedy === undefined ? {} : { remedy: cause.remedy }),
    source: request.decision.source,
    consistency: consistencyReached(request, held),
    ...(held === undefined ? {} : { pauseMs: held.pauseMs }),
    ...(fill.peakShare === undefined ? {} : { snapshotPeakShare: fill.peakShare }),
    ...(fill.snapshots.length === 0 ? {} : { snapshots: fill.snapshots }),
    ...(fill.proposedSnapshotSize === undefined
      ? {}
      : { proposedSnapshotSize: fill.proposedSnapshotSize }),
    durationMs,
    targets,
  };
}

/** A guest that is shut off stands still by itself: whatever was asked for is reached. */
function consistencyReached(
  { guest, sourceState }: GuestRequest,
  held: HeldGuest | undefined,
): GuestReport['consistency'] {
  return sourceState === 'shut-off' ? guest.consistency : (held?.by ?? 'none');
}

/** What it comes to that something is not done. */
function outcomeOf(
  { sourceState }: GuestRequest,
  { failure, targets }: GuestResults,
): GuestReport['outcome'] {
  const allBusy = targets.length > 0 && targets.every(({ outcome }) => outcome === 'busy');
  if (failure?.code === 'lock-busy' || (failure === undefined && allBusy)) return 'busy';
  // A guest that has stopped since the run began is skipped as one that was off before.
  const hasStopped = failure?.code === 'guest-state-changed';
  return hasStopped && sourceState === 'running' ? 'skipped' : 'failed';
}
