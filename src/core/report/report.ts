import type { GuestName, HostName } from '../model/index.js';
import type { StandbyCondition } from '../standby/index.js';

/** What came of one target. */
export interface TargetReport {
  readonly host: HostName;
  readonly outcome: 'done' | 'failed' | 'refused' | 'busy' | 'unchanged';
  /** Error code, when not done. */
  readonly code?: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly files: number;
  readonly bytes: number;
  readonly deletions: number;
  /** Milliseconds of each stage, in order. */
  readonly stages: Readonly<Record<string, number>>;
  /** Number of the replication that this standby now holds; absent when it did not complete. */
  readonly generation?: number;
  /** What the standby is now by its record; absent where it was not asked for. */
  readonly standby?: StandbyCondition;
}

/** How a snapshot filled. */
export interface SnapshotReport {
  /** Name of the disk in the guest: `xvda`. */
  readonly disk: string;
  /** `VG/LV` of the volume it is of. */
  readonly origin: string;
  /** Highest fill seen, 0 to 1; of a thin snapshot that of its pool, data or metadata. */
  readonly peakShare: number;
  /** Mean speed at which it filled; of thick ones only. */
  readonly bytesPerSecond?: number;
  /** Size at the end; of thick ones only. */
  readonly sizeBytes?: number;
  /** Size with which it was made, when it has grown since. */
  readonly grownFromBytes?: number;
}

/** What came of one guest. */
export interface GuestReport {
  readonly guest: GuestName;
  readonly outcome: 'done' | 'skipped' | 'failed' | 'busy';
  readonly code?: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly source?: HostName;
  /** What was reached, not what was asked for: without an agent, `freeze` comes to `pause`. */
  readonly consistency: 'none' | 'pause' | 'freeze';
  /** How long the guest stood still, by the clock of its host; absent when it did not. */
  readonly pauseMs?: number;
  /** Highest fill of a snapshot that was seen, 0 to 1. */
  readonly snapshotPeakShare?: number;
  /** How each snapshot filled while it was watched; absent where nothing was copied. */
  readonly snapshots?: readonly SnapshotReport[];
  /**
   * A `snapshotSize` that would have been enough, as the configuration writes it; absent when the
   * present one leaves a third free.
   */
  readonly proposedSnapshotSize?: string;
  readonly durationMs: number;
  readonly targets: readonly TargetReport[];
}

/** The result of a run. */
export interface RunReport {
  readonly v: 1;
  readonly runId: string;
  readonly command: 'run' | 'dry-run' | 'plan' | 'recover';
  readonly exitCode: number;
  readonly durationMs: number;
  readonly guests: readonly GuestReport[];
  /** What could not be taken down; empty after a clean run. */
  readonly residue: readonly string[];
}
