import {
  decideGuest,
  exitCodeOfGuests,
  type GuestConfiguration,
  type GuestDecision,
  type GuestName,
  type GuestPlan,
  type GuestReport,
  type HostName,
  liftedDeletionLimits,
  type RunReport,
  XenBackupError,
} from '../../core/index.js';
import { mapConcurrently } from '../map-concurrently.js';
import type { RunContext } from '../context.js';
import { HostPool } from '../hosts/host-pool.js';
import { SessionPool } from '../hosts/session-pool.js';
import { exitCodeOfInterruption } from '../interruption.js';
import { takeInventoryPastPauses } from './paused-guests.js';
import type { ReplicationMode } from './guest-replication.js';
import { type GuestResult, replicateGuest } from './replicate-guest.js';
import type { GuestSurvey } from './survey.js';

export interface RunOptions {
  readonly mode: ReplicationMode;
  /** All configured guests when empty. */
  readonly guests: readonly GuestName[];
  /** Only these targets; all other hosts of each guest when absent. */
  readonly targets?: readonly HostName[];
  /** Source of guests that are shut off everywhere. */
  readonly from?: HostName;
  /** Guests at work at once. Default 1. */
  readonly jobs?: number;
  /** How long to wait for each lock that another run holds, in milliseconds. Default 0. */
  readonly waitMs?: number;
  /**
   * `allowed` lifts `maxDeletes` of the guests for this run; emptying a file system stays refused.
   * Default `limited`.
   */
  readonly deletions?: 'limited' | 'allowed';
  /**
   * A guest whose standbys are to be overwritten although they were used since the last
   * replication, or hold what the source has not. It must be the only guest named.
   */
  readonly discardStandbyChanges?: GuestName;
  /** Keeps all that a plan of its guest learns; that guest must be the only one named. */
  readonly survey?: GuestSurvey;
}

export interface RunResult {
  readonly report: RunReport;
  /** One for each guest whose source could be opened. */
  readonly plans: readonly GuestPlan[];
}

/**
 * The main job: replicates guests (`run`), counts what it would do (`dry-run`), or only opens and
 * closes everything to show it (`plan`). The last event is the report.
 *
 * @throws `guest-unknown`, `usage-invalid`; what goes wrong with guests is in the report.
 */
export async function runReplication(given: RunContext, options: RunOptions): Promise<RunResult> {
  const { waitMs } = options;
  const context = waitMs === undefined ? given : { ...given, lockWaitMs: waitMs };
  const guests = selectGuests(context, options).map((guest) =>
    options.deletions === 'allowed' ? { ...guest, maxDeletes: liftedDeletionLimits } : guest,
  );
  const startMs = context.clock.elapsedMs();
  const names = guests.map(({ name }) => name);
  const command = options.mode;
  context.events.emit({ type: 'run-started', command, guests: names });
  const pool = new HostPool(context.connector);
  const sessions = new SessionPool(context, pool);
  let results: readonly GuestResult[];
  let residue: readonly string[];
  try {
    results = await replicateAll(context, options, guests, pool, sessions);
  } finally {
    const left = await sessions.end();
    residue = [...left, ...(await pool.close())];
  }
  const reports = results.map(({ report }) => report);
  const report: RunReport = {
    v: 1,
    runId: context.runId,
    command,
    exitCode:
      exitCodeOfInterruption(context.signal) ??
      exitCodeWithResidue(exitCodeOfGuests(reports, command), residue),
    durationMs: context.clock.elapsedMs() - startMs,
    guests: reports,
    residue,
  };
  context.events.emit({ type: 'report', report });
  return { report, plans: results.flatMap(({ plan }) => (plan === undefined ? [] : [plan])) };
}

async function replicateAll(
  context: RunContext,
  options: RunOptions,
  guests: readonly GuestConfiguration[],
  pool: HostPool,
  sessions: SessionPool,
): Promise<readonly GuestResult[]> {
  const actingHost = await context.connector.actingHost();
  const { from, targets } = options;
  const acting =
    actingHost === undefined ? undefined : { host: actingHost, isSource: from === actingHost };
  const inventories = await takeInventoryPastPauses(context, pool, guests, acting);
  options.survey?.learnInventories(inventories, actingHost);
  return mapConcurrently(guests, options.jobs ?? 1, async (guest) => {
    if (context.signal.aborted) return settled(context, guest, interrupted);
    const decision = decideGuest(guest, inventories, {
      ...(actingHost === undefined ? {} : { actingHost }),
      ...(from === undefined ? {} : { from }),
      ...(targets === undefined ? {} : { targets }),
    });
    if (decision.kind !== 'replicate') return settled(context, guest, decision);
    const state = inventories.get(decision.source);
    const isShutOff = state?.kind === 'known' && !isActive(state.domains.get(guest.name));
    return replicateGuest({
      context,
      sessions,
      guest,
      decision,
      mode: options.mode,
      sourceState: isShutOff ? 'shut-off' : 'running',
      standbyChanges: options.discardStandbyChanges === guest.name ? 'discard' : 'refuse',
      ...(options.survey === undefined ? {} : { survey: options.survey }),
    });
  });
}

function isActive(state: string | undefined): boolean {
  return state !== undefined && state !== 'shut off';
}

const interrupted = {
  kind: 'fail',
  code: 'interrupted',
  reason: 'a signal ended the run before this guest',
} as const satisfies GuestDecision;

/** A guest with which nothing is done. */
function settled(
  { events }: RunContext,
  guest: GuestConfiguration,
  decision: Exclude<GuestDecision, { kind: 'replicate' }>,
): GuestResult {
  const { reason } = decision;
  const outcome = decision.kind === 'skip' ? 'skipped' : 'failed';
  if (decision.kind === 'skip') events.emit({ type: 'guest-skipped', guest: guest.name, reason });
  else {
    const remedy = decision.remedy === undefined ? {} : { remedy: decision.remedy };
    events.emit({ type: 'guest-finished', guest: guest.name, outcome, reason, ...remedy });
  }
  const report: GuestReport = {
    guest: guest.name,
    outcome,
    reason,
    ...(decision.kind === 'fail' ? { code: decision.code } : {}),
    ...(decision.kind === 'fail' && decision.remedy !== undefined
      ? { remedy: decision.remedy }
      : {}),
    consistency: guest.consistency,
    durationMs: 0,
    targets: [],
  };
  return { report };
}

function exitCodeWithResidue(exitCode: number, residue: readonly string[]): number {
  return exitCode === 0 && residue.length > 0 ? 10 : exitCode;
}

/** Typed twice, so that nobody overwrites the changes of another guest than he means. */
function requireOnly(name: GuestName, guests: readonly GuestName[]): void {
  if (guests.length === 1 && guests[0] === name) return;
  throw new XenBackupError('usage-invalid', {
    message:
      `the changes of ${name} are to be discarded, but the guests named are ` +
      (guests.length === 0 ? 'none' : guests.join(', ')),
    remedy: `Name that one guest, and only it: xen-backup run ${name} --discard-standby-changes ${name}`,
  });
}

/** @throws `guest-unknown`, `usage-invalid`. */
function selectGuests(
  { configuration }: RunContext,
  { guests, targets = [], from, discardStandbyChanges }: RunOptions,
): readonly GuestConfiguration[] {
  if (discardStandbyChanges !== undefined) requireOnly(discardStandbyChanges, guests);
  const hosts = new Set(configuration.hosts.map(({ name }) => name));
  for (const host of [...targets, ...(from === undefined ? [] : [from])]) {
    if (!hosts.has(host)) {
      throw new XenBackupError('usage-invalid', {
        message: `no host ${host} is configured`,
        remedy: `Configured are ${[...hosts].join(', ')}.`,
      });
    }
  }
  if (guests.length === 0) return configuration.guests;
  return [...new Set(guests)].map((name) => {
    const found = configuration.guests.find((guest) => guest.name === name);
    if (found !== undefined) return found;
    throw new XenBackupError('guest-unknown', {
      message: `no guest ${name} is configured`,
      remedy: `Configured are ${configuration.guests.map((guest) => guest.name).join(', ')}.`,
    });
  });
}
