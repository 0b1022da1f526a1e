import { checkAll } from '../app/use-cases/check.js';
import { recoverAll } from '../app/use-cases/recover.js';
import { runReplication } from '../app/use-cases/run.js';
import type { RunContext } from '../app/context.js';
import type { RunEventListener } from '../composition/event-stream.js';
import { type RunSettings, withRunContext } from '../composition/run-context.js';
import type { CheckReport, GuestName, GuestPlan, HostName, RunReport } from '../core/index.js';

/** What every call may be given; only the configuration has no default. */
export interface SessionOptions extends RunSettings {
  /**
   * Is told of everything that happens, as it happens; the last event is the report. What it throws
   * is a warning of the process and never disturbs the run.
   */
  readonly onEvent?: RunEventListener;
}

/** Which guests go where. */
export interface ReplicationOptions extends SessionOptions {
  /** Default: all that are configured. */
  readonly guests?: readonly GuestName[];
  /** Only these targets. Default: all other hosts of each guest. */
  readonly targets?: readonly HostName[];
  /** Source of guests that are shut off everywhere; the records must prove it newest. */
  readonly from?: HostName;
  /** Guests at work at once. Default 1. */
  readonly jobs?: number;
}

/** How far a run goes. */
export interface RunOptions extends ReplicationOptions {
  /** `dry-run` counts what a run would copy and delete, and changes nothing. Default `run`. */
  readonly mode?: 'run' | 'dry-run';
  /**
   * `allowed` lifts `maxDeletes` of the guests for this run, when the deletions that were refused
   * are right. Emptying a file system stays refused. Default `limited`.
   */
  readonly deletions?: 'limited' | 'allowed';
  /** How long to wait for each lock that another run holds, in milliseconds. Default 0. */
  readonly waitMs?: number;
  /**
   * The one guest of `guests` whose standbys are to be overwritten although they were used since
   * the last replication, or hold what the source has not. Default: such a standby is refused.
   */
  readonly discardStandbyChanges?: GuestName;
}

/** As for a run: a plan opens and closes the same, and copies nothing. */
export type PlanOptions = ReplicationOptions;

/** What a plan found. */
export interface PlanResult {
  /** What came of each guest; its `exitCode` is 4 when there was a conflict. */
  readonly report: RunReport;
  /** One for each guest whose source could be opened. */
  readonly plans: readonly GuestPlan[];
}

/**
 * Replicates guests to their other hosts. What goes wrong with a guest is in the report; its
 * `exitCode` is the one of the command line.
 *
 * @throws XenBackupError `guest-unknown`, `usage-invalid`.
 */
export function run(options: RunOptions): Promise<RunReport> {
  const { mode = 'run', deletions = 'limited', discardStandbyChanges, waitMs } = options;
  return withContext(options, async (context) => {
    const { report } = await runReplication(context, {
      ...selection(options),
      ...(discardStandbyChanges === undefined ? {} : { discardStandbyChanges }),
      ...(waitMs === undefined ? {} : { waitMs }),
      mode,
      deletions,
    });
    return report;
  });
}

/**
 * Opens and closes everything as a run does, and tells what a run would do. Targets are not
 * changed.
 *
 * @throws as {@link run}.
 */
export function plan(options: PlanOptions): Promise<PlanResult> {
  return withContext(options, (context) =>
    runReplication(context, { ...selection(options), mode: 'plan' }),
  );
}

/** Which guests are checked. */
export interface CheckOptions extends SessionOptions {
  /** Default: all that are configured. */
  readonly guests?: readonly GuestName[];
}

/**
 * Checks every precondition on every host, each finding with a remedy where it is not well. Opens
 * and closes what a plan does; changes nothing.
 *
 * @throws XenBackupError `guest-unknown`.
 */
export function check(options: CheckOptions): Promise<CheckReport> {
  return withContext(options, (context) => checkAll(context, options.guests ?? []));
}

/** Undoes on every configured host what interrupted runs left there. */
export function recover(options: SessionOptions): Promise<RunReport> {
  return withContext(options, recoverAll);
}

function withContext<T>(
  { onEvent, ...settings }: SessionOptions,
  work: (context: RunContext) => Promise<T>,
): Promise<T> {
  const listeners = onEvent === undefined ? [] : [onEvent];
  return withRunContext(settings, { listeners, onListenerError: warn }, work);
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), 'XenBackupListenerWarning');
}

function selection({ guests = [], targets, from, jobs }: ReplicationOptions) {
  return {
    guests,
    ...(targets === undefined ? {} : { targets }),
    ...(from === undefined ? {} : { from }),
    ...(jobs === undefined ? {} : { jobs }),
  };
}
