import {
  type GuestPlan,
  type GuestReport,
  type HostName,
  nextRun,
  type TargetReport,
  together,
  toXenBackupError,
  XenBackupError,
} from '../../core/index.js';
import type { HostSession } from '../hosts/host-session.js';
import { writeRecord } from '../standby/records.js';
import type { SnapshotsRequest } from '../stages/open-disks.js';
import type { HeldGuest } from '../stages/snapshot-window.js';
import type { StepStack } from '../steps/index.js';
import { type GuestReplication, type GuestRequest, newRecord } from './guest-replication.js';
import { GuestLocks, type LockedGuest, type Refusal } from './locked-guest.js';
import { findSourceDisks, type OpenSource } from './open-source.js';
import { beginOpening } from './opening-source.js';
import { replicateTarget, type TargetResult } from './replicate-target.js';
import { limitDuration } from './duration-limit.js';
import { composeGuestReport } from './guest-report.js';
import type { WatchedFill } from '../stages/watch-snapshots.js';
import { Stopwatch } from './stopwatch.js';

export interface GuestResult {
  readonly report: GuestReport;
  /** Absent when the source could not be opened. */
  readonly plan?: GuestPlan;
}

/**
 * Replicates one guest: locks, snapshots, trees, copies; all targets in parallel from the same
 * snapshots; then everything is taken down, targets first. Never throws for what goes wrong with
 * the guest: that is in the report.
 */
export async function replicateGuest(request: GuestRequest): Promise<GuestResult> {
  const { context, guest } = request;
  const limit = limitDuration(context, guest.maxDurationMs);
  try {
    return await new GuestRun({ ...request, context: { ...context, signal: limit.signal } }).run();
  } finally {
    limit.cancel();
  }
}

interface Served {
  readonly source: OpenSource;
  readonly mounts: GuestPlan['mounts'];
  readonly results: readonly TargetResult[];
}

/** What serving the targets of one guest needs. */
interface Serving extends Omit<LockedGuest, 'context'> {
  readonly stack: StepStack;
  /** Takes down what was opened on the source, once. */
  readonly close: () => Promise<void>;
}

class GuestRun {
  #request: GuestRequest;
  readonly #watch: Stopwatch;
  readonly #targetReports: TargetReport[] = [];
  #fill: WatchedFill = { snapshots: [] };
  #held: HeldGuest | undefined;

  constructor(request: GuestRequest) {
    this.#request = request;
    const { context, guest, decision } = request;
    this.#watch = new Stopwatch(context.clock, context.events, {
      guest: guest.name,
      host: decision.source,
    });
  }

  async run(): Promise<GuestResult> {
    const { context, guest, decision } = this.#request;
    const startMs = context.clock.elapsedMs();
    const { source, targets } = decision;
    context.events.emit({ type: 'guest-started', guest: guest.name, source, targets });
    for (const refused of decision.refused) this.#refuse(refused.host, refused);
    const locks = new GuestLocks(this.#request, (host, refusal) => {
      this.#refuse(host, refusal);
    });
    let plan: GuestPlan | undefined;
    let failure: XenBackupError | undefined;
    try {
      plan = await this.#replicate(await locks.take());
    } catch (error) {
      failure = toXenBackupError(error);
    } finally {
      await locks.release();
    }
    const report = composeGuestReport(this.#request, {
      failure,
      targets: this.#targetReports,
      fill: this.#fill,
      held: this.#held,
      durationMs: context.clock.elapsedMs() - startMs,
    });
    const { outcome, reason, remedy } = report;
    context.events.emit({
      type: 'guest-finished',
      guest: guest.name,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      ...(remedy === undefined ? {} : { remedy }),
      ...(failure === undefined ? {} : { details: failure.details }),
    });
    return { report, ...(plan === undefined ? {} : { plan }) };
  }

  /** @returns nothing when no target can be served. */
  async #replicate({ context, ...locked }: LockedGuest): Promise<GuestPlan | undefined> {
    if (locked.targets.length === 0) return undefined;
    // From here on, the guest's part of the run ends as by a signal when its lock is lost.
    this.#request = { ...this.#request, context };
    const stack = locked.source.newStack(context.signal);
    const close = once(() => this.#unwind(locked.source, stack));
    const serving = this.#serveTargets({ ...locked, stack, close });
    const served = await serving.finally(close);
    return this.#plan(served, stack);
  }

  async #serveTargets({
    source: session,
    stack,
    sourceRecord,
    targets,
    close,
  }: Serving): Promise<Served> {
    const { context, guest, mode, sourceState, standbyChanges, survey } = this.#request;
    const disks = await this.#watch.measure('open-source', () =>
      findSourceDisks(session, guest, sourceState),
    );
    survey?.learnSource(disks, sourceRecord);
    const opening = beginOpening(this.#request, disks, stack, this.#watch, this.#window());
    const next = nextRun(sourceRecord, session.name, context.runId);
    const replication: GuestReplication = {
      context: { ...context, signal: AbortSignal.any([context.signal, opening.unreadable]) },
      guest,
      mode,
      standbyChanges,
      ...(survey === undefined ? {} : { survey }),
      disks,
      opening,
      sourceRecord,
      next,
      rememberSource: once(() => {
        const { stateDirectory } = context.configuration;
        const record = newRecord({ context, guest, disks, next }, 'source', 'complete');
        return writeRecord(session.host, stateDirectory, record);
      }),
    };
    const served = targets.map((target) => {
      let tell: (end: 'completed' | 'cut-off') => void = () => undefined;
      const read = new Promise<'completed' | 'cut-off'>((resolve) => {
        tell = resolve;
      });
      return { read, result: replicateTarget(replication, target, tell) };
    });
    try {
      const ends = await together(served.map(({ read }) => read));
      await Promise.allSettled([opening.mounted]);
      this.#fill = await opening.stop(ends.includes('completed') ? 'completed' : 'cut-off');
      // Nothing reads the source any more: it is closed while the targets are.
      close().catch(() => undefined);
    } finally {
      await Promise.allSettled(served.map(({ result }) => result));
    }
    const source = await opening.source;
    const results = await together(served.map(({ result }) => result));
    this.#targetReports.push(...results.map(({ report }) => report));
    const { plan: mounts } = await opening.mounted;
    return { source, mounts, results };
  }

  /** Only a run that copies stops a guest; one that is shut off stands still by itself. */
  #window(): Pick<SnapshotsRequest, 'window'> {
    const { context, guest, mode, sourceState } = this.#request;
    if (guest.consistency === 'none' || mode !== 'run' || sourceState === 'shut-off') return {};
    const onReleased = (held: HeldGuest): void => {
      this.#held = held;
    };
    return { window: { context, onReleased } };
  }

  async #unwind(session: HostSession, stack: StepStack): Promise<void> {
    const residue = await this.#watch.measure('close', () => stack.unwind());
    session.leave(residue);
    const [left] = residue;
    if (left !== undefined) throw new XenBackupError('teardown-incomplete', { message: left });
  }

  #refuse(host: HostName, refusal: Refusal): void {
    const { context, guest } = this.#request;
    const outcome = refusal.code === 'lock-busy' ? 'busy' : 'refused';
    const { reason, remedy } = refusal;
    this.#targetReports.push({
      host,
      outcome,
      ...refusal,
      files: 0,
      bytes: 0,
      deletions: 0,
      stages: {},
    });
    context.events.emit({
      type: 'target-finished',
      guest: guest.name,
      host,
      outcome,
      reason,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }

  #plan({ source, mounts, results }: Served, sourceStack: StepStack): GuestPlan {
    const stacks = [sourceStack, ...results.map(({ stack }) => stack)];
    const refused = this.#targetReports
      .filter(({ host }) => !results.some(({ plan }) => plan.host === host))
      .map(({ host, code = 'internal', reason = '', remedy }) => ({
        host,
        transfers: [],
        refusal: { code, reason, ...(remedy === undefined ? {} : { remedy }) },
      }));
    return {
      guest: this.#request.guest.name,
      source: source.session.name,
      tree: source.tree,
      mounts,
      notCopied: results[0]?.notCopied ?? [],
      targets: [...results.map(({ plan }) => plan), ...refused],
      steps: stacks.flatMap(({ history }) => history).sort((left, right) => left.id - right.id),
      // On each host the exact reverse. Between hosts there is no order: nothing is read any more.
      teardown: stacks.toReversed().flatMap(({ undone }) => undone),
    };
  }
}

/** The work is begun by the first who wants it; all others wait for the same. */
function once(work: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | undefined;
  return () => (begun ??= work());
}
