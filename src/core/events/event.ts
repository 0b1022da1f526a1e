import type { ErrorDetails } from '../errors/index.js';
import type { MountPlan } from '../fstab/index.js';
import type { DeviceTree, GuestName, HostName } from '../model/index.js';
import type { RunReport } from '../report/index.js';
import type { NumberedStep, Undo } from '../steps/index.js';
import type { NotCopied, PlannedTransfer } from '../transfer/index.js';

/** What every event may carry to say where it belongs. */
interface EventPlace {
  readonly guest?: GuestName;
  readonly host?: HostName;
  readonly stepId?: number;
}

/** What a person or program can learn from a run, as data. */
export type RunEventBody = EventPlace &
  (
    | {
        readonly type: 'run-started';
        readonly command: string;
        readonly guests: readonly GuestName[];
      }
    | {
        readonly type: 'guest-started';
        readonly source: HostName;
        readonly targets: readonly HostName[];
      }
    | { readonly type: 'guest-skipped'; readonly reason: string }
    | { readonly type: 'stage-started'; readonly stage: Stage }
    | { readonly type: 'stage-finished'; readonly stage: Stage; readonly durationMs: number }
    /** The source is open and mounted: what the guest consists of, and its own mount order. */
    | {
        readonly type: 'source-opened';
        readonly tree: DeviceTree;
        readonly mounts: MountPlan;
      }
    /** A target is open, has the layout of the source, and is mounted. */
    | {
        readonly type: 'target-opened';
        readonly transfers: readonly PlannedTransfer[];
        readonly notCopied: readonly NotCopied[];
      }
    | { readonly type: 'step-started'; readonly step: NumberedStep }
    | { readonly type: 'step-finished'; readonly durationMs: number }
    | { readonly type: 'step-failed'; readonly code: string; readonly message: string }
    | { readonly type: 'undo-started'; readonly undo: Undo }
    | { readonly type: 'undo-finished'; readonly durationMs: number }
    | { readonly type: 'undo-failed'; readonly code: string; readonly message: string }
    | {
        readonly type: 'copy-started';
        readonly pass: 'dry' | 'real';
        /** Position of the device. */
        readonly fileSystem: string;
        readonly by: 'files' | 'blocks' | 'header';
        readonly guestPath?: string;
      }
    | {
        readonly type: 'copy-progress';
        readonly pass: 'dry' | 'real';
        readonly fileSystem: string;
        readonly percent: number;
        readonly transferredBytes: number;
        readonly bytesPerSecond: number;
        readonly remainingMs?: number;
      }
    | {
        readonly type: 'copy-finished';
        readonly pass: 'dry' | 'real';
        readonly fileSystem: string;
        readonly outcome: string;
        readonly durationMs: number;
        readonly files: number;
        readonly bytes: number;
        readonly deletions: number;
      }
    | {
        readonly type: 'snapshot-fill';
        /** `VG/LV` of the snapshot, or of the pool of a thin one. */
        readonly snapshot: string;
        /** 0 to 1. */
        readonly usedShare: number;
        /** Of thick snapshots only. */
        readonly sizeBytes?: number;
        /** How fast it fills at present; of thick snapshots only. */
        readonly bytesPerSecond?: number;
      }
    /** The guest stands still while its snapshots are taken. */
    | { readonly type: 'guest-held'; readonly by: 'pause' | 'freeze'; readonly limitMs: number }
    /** It goes on. `pauseMs` is the time of its host from before it was stopped until after. */
    | {
        readonly type: 'guest-released';
        readonly by: 'pause' | 'freeze';
        readonly pauseMs: number;
      }
    | {
        readonly type: 'notice';
        readonly level: 'info' | 'warning' | 'error';
        readonly message: string;
        readonly remedy?: string;
      }
    | {
        readonly type: 'target-finished';
        readonly outcome: string;
        readonly reason?: string;
        readonly remedy?: string;
        /** What the error behind it knows: the command, its output. */
        readonly details?: ErrorDetails;
      }
    | {
        readonly type: 'guest-finished';
        readonly outcome: string;
        readonly reason?: string;
        readonly remedy?: string;
        /** What the error behind it knows: the command, its output. */
        readonly details?: ErrorDetails;
      }
    | { readonly type: 'report'; readonly report: RunReport }
  );

/** A part of the work on one guest, as it is measured and announced. */
export type Stage =
  | 'inventory'
  | 'open-source'
  | 'open-target'
  | 'transfers'
  | 'dry-pass'
  | 'copy'
  | 'close';

/** An event as it leaves the run (`--json`: one per line, the last one is `report`). */
export type RunEvent = RunEventBody & {
  readonly v: 1;
  /** Counts from 1. */
  readonly seq: number;
  /** ISO 8601 with milliseconds, UTC. */
  readonly time: string;
  readonly runId: string;
};
