import type { GuestName, HostName } from '../model/index.js';

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
}

/** What came of one guest. */
export interface GuestReport {
  readonly guest: GuestName;
  readonly outcome: 'done' | 'skipped' | 'failed' | 'busy';
  readonly code?: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly source?: HostName;
  readonly consistency: 'none' | 'pause' | 'freeze';
  readonly pauseMs?: number;
  /** Highest fill of a snapshot that was seen, 0 to 1. */
  readonly snapshotPeakShare?: number;
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
