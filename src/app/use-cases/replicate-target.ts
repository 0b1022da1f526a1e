import {
  matchTransfers,
  plannedTransfer,
  type NotCopied,
  type TargetPlan,
  type TargetReport,
  targetSide,
  toXenBackupError,
  type Transfer,
  untouchedTargetSide,
  XenBackupError,
} from '../../core/index.js';
import type { HostSession } from '../hosts/host-session.js';
import { guestLockName } from '../hosts/guest-locks.js';
import { flushStorage, onVolumes } from '../stages/open-disks.js';
import { requireBlockTools } from '../stages/require-block-tools.js';
import { proveSubvolumes } from '../stages/prove-subvolumes.js';
import { dryPass, realPass } from '../stages/copy.js';
import type { CopyJob, CopyTotals } from '../stages/copy-pass.js';
import { mountTarget } from '../stages/mount-trees.js';
import { poolsOf, requirePoolRoom, watchPools } from '../stages/thin-pools.js';
import { requireNotNewer } from '../standby/require-not-newer.js';
import { StandbyState } from '../standby/standby-state.js';
import { type Watch, watchRest } from '../standby/watch-rest.js';
import { type StepStack, throwIfInterrupted } from '../steps/index.js';
import { conflictError } from './open-source.js';
import { openTarget, type OpenTarget, requireAtRest } from './open-target.js';
import { type GuestReplication, type LockedTarget, newRecord } from './guest-replication.js';
import { Stopwatch } from './stopwatch.js';

export interface TargetResult {
  readonly report: TargetReport;
  readonly plan: TargetPlan;
  readonly notCopied: readonly NotCopied[];
  /** Unwound; kept for what it did. */
  readonly stack: StepStack;
}

/**
 * Brings one target up to date; whatever happens, what was opened on it is closed again.
 *
 * @param onRead - told once when the source is not needed any more, and whether all was read.
 */
export function replicateTarget(
  replication: GuestReplication,
  target: LockedTarget,
  onRead: (end: 'completed' | 'cut-off') => void,
): Promise<TargetResult> {
  return new TargetReplication(replication, target).run(onRead);
}

class TargetReplication {
  readonly #replication: GuestReplication;
  readonly #session: HostSession;
  readonly #record: LockedTarget['record'];
  readonly #state: StandbyState;
  readonly #lost: AbortSignal;
  /** Aborts when somebody else begins to use the standby, or when it has no more room. */
  readonly #used = new AbortController();
  readonly #signal: AbortSignal;
  readonly #stack: StepStack;
  readonly #watch: Stopwatch;
  #opened: OpenTarget | undefined;
  #transfers: readonly Transfer[] = [];
  #notCopied: readonly NotCopied[] = [];
  #totals: CopyTotals = { files: 0, bytes: 0, deletions: 0 };

  constructor(replication: GuestReplication, { session, record, lost }: LockedTarget) {
    this.#replication = replication;
    this.#session = session;
    this.#record = record;
    this.#lost = lost;
    this.#signal = AbortSignal.any([replication.context.signal, lost, this.#used.signal]);
    this.#stack = session.newStack(this.#signal);
    const { clock, events, configuration, runId } = replication.context;
    const { stateDirectory } = configuration;
    const { guest, standbyChanges: changes } = replication;
    this.#state = new StandbyState(
      { host: session.host, stateDirectory, guest: guest.name, runId, changes, events },
      record,
    );
    this.#watch = new Stopwatch(clock, events, {
      guest: guest.name,
      host: session.name,
    });
  }

  async run(onRead: (end: 'completed' | 'cut-off') => void): Promise<TargetResult> {
    const errors: XenBackupError[] = [];
    const resting = this.#watchRest();
    try {
      await this.#openAndCopy();
    } catch (error) {
      errors.push(toXenBackupError(error));
    }
    onRead(errors.length === 0 ? 'completed' : 'cut-off');
    await resting?.stop();
    const residue = await this.#watch.measure('close', () => this.#stack.unwind());
    this.#session.leave(residue);
    const [left] = residue;
    if (left !== undefined)
      errors.push(new XenBackupError('teardown-incomplete', { message: left }));
    else await this.#settle(errors);
    return this.#result(errors[0]);
  }

  /** A copy onto disks that a guest begins to use is ended at once. */
  #watchRest(): Watch | undefined {
    const { context, guest, mode } = this.#replication;
    if (mode !== 'run') return undefined;
    return watchRest(
      context.clock,
      () => requireAtRest(this.#session, guest),
      (error) => {
        this.#used.abort(error);
      },
    );
  }

  async #openAndCopy(): Promise<void> {
    const { context, guest, mode, disks, opening, survey } = this.#replication;
    const session = this.#session;
    const side = mode === 'run' ? targetSide : untouchedTargetSide;
    await survey?.askTarget(session, this.#record, disks);
    this.#requireNotNewer();
    const expected = { found: disks, tree: opening.tree };
    const opened = await this.#watch.measure('open-target', () =>
      openTarget(session, this.#stack, guest, side, expected, {
        clock: context.clock,
        state: this.#state,
        survey,
      }),
    );
    this.#opened = opened;
    const { mounted, plan } = await opening.mounted;
    const source = await opening.source;
    const matched = matchTransfers(source.tree, opened.tree, plan, guest);
    if (matched.kind === 'conflict') throw conflictError(matched.conflict, session.name);
    this.#transfers = matched.transfers;
    this.#notCopied = matched.notCopied;
    await requireBlockTools([source.session.host, session.host], matched.transfers);
    const order = plan.order.map(({ position }) => position);
    const place = { session, stack: this.#stack, guest: guest.name, side, tree: opened.tree };
    if (mode === 'run') await this.#state.breakSeal();
    const targetTree = await this.#watch.measure('open-target', () => mountTarget(place, order));
    await proveSubvolumes(
      matched.transfers,
      { host: source.session.host, tree: mounted },
      { host: session.host, tree: targetTree },
    );
    context.events.emit({
      type: 'target-opened',
      guest: guest.name,
      host: session.name,
      transfers: matched.transfers.map(plannedTransfer),
      notCopied: matched.notCopied,
    });
    if (mode === 'plan') return;
    await this.#copy({
      guest,
      source: source.session.host,
      target: session.host,
      snapshots: source.snapshots,
      plain: source.plain,
      sourceTree: mounted,
      targetTree,
      transfers: matched.transfers,
      clock: context.clock,
      events: context.events,
      signal: this.#signal,
      nextTag: () => session.nextTag(),
      targetLock: guestLockName(guest.name),
    });
  }

  async #copy(job: CopyJob): Promise<void> {
    const { cleared, totals } = await this.#watch.measure('dry-pass', () => dryPass(job));
    if (this.#replication.mode !== 'run') {
      this.#totals = totals;
      return;
    }
    await requireAtRest(this.#session, job.guest);
    await this.#replication.rememberSource();
    await this.#state.begin(newRecord(this.#replication, 'standby', 'syncing'));
    const room = this.#watchRoom();
    try {
      await this.#watch.measure('copy', () =>
        realPass(job, cleared, (written) => {
          this.#totals = written;
        }),
      );
    } finally {
      await room.stop();
    }
  }

  /** What is written fills the pools of thin volumes: others live in them. */
  #watchRoom(): Watch {
    const { context, guest } = this.#replication;
    const pools = poolsOf(onVolumes(this.#opened?.volumes ?? []).map(({ volume }) => volume));
    if (pools.length === 0) return { stop: async () => undefined };
    return watchPools(
      context.clock,
      () => requirePoolRoom(this.#session.host, guest, pools),
      (error) => {
        this.#used.abort(error);
      },
    );
  }

  /** What becomes of the record: only after the last check, the last unmount, the last byte. */
  async #settle(errors: XenBackupError[]): Promise<void> {
    if (this.#opened === undefined || this.#replication.mode !== 'run') return;
    try {
      // A signal does not matter any more; that somebody else may have been at the disks does.
      throwIfInterrupted(this.#lost);
      const { volumes, tree } = this.#opened;
      const { host } = this.#session;
      const [cause] = errors;
      if (cause === undefined) await requireAtRest(this.#session, this.#replication.guest);
      for (const { storage } of volumes) await flushStorage(host, storage);
      const byBlocks = this.#transfers.filter((transfer) => transfer.by === 'blocks');
      if (cause === undefined) await this.#state.complete({ host, volumes }, tree, byBlocks);
      else await this.#state.restore(cause, { host, volumes }, tree, byBlocks);
    } catch (error) {
      errors.push(toXenBackupError(error));
    }
  }

  /** @throws `source-outdated` when this standby may hold what the source has not. */
  #requireNotNewer(): void {
    const { context, guest, disks, sourceRecord, standbyChanges } = this.#replication;
    requireNotNewer({
      guest: guest.name,
      source: { name: disks.session.name, record: sourceRecord },
      standby: { name: this.#session.name, record: this.#record },
      stateDirectory: context.configuration.stateDirectory,
      changes: standbyChanges,
      events: context.events,
    });
  }

  #result(error: XenBackupError | undefined): TargetResult {
    const { context, mode, next } = this.#replication;
    const { events } = context;
    const isDone = error === undefined;
    const failure =
      error === undefined ? {} : { code: error.code, reason: error.message, remedy: error.remedy };
    const report: TargetReport = {
      host: this.#session.name,
      outcome: isDone ? 'done' : 'failed',
      ...failure,
      ...this.#totals,
      stages: this.#watch.stages,
      ...(isDone && mode === 'run' ? { generation: next.counter } : {}),
      standby: this.#state.condition,
    };
    // A source that cannot be opened is the guest's failure, told once.
    if (isDone || error !== this.#replication.opening.failure())
      events.emit({
        type: 'target-finished',
        guest: this.#replication.guest.name,
        host: this.#session.name,
        outcome: report.outcome,
        ...(error === undefined
          ? {}
          : { reason: error.message, remedy: error.remedy, details: error.details }),
      });
    const plan: TargetPlan = {
      host: this.#session.name,
      ...(this.#opened === undefined ? {} : { tree: this.#opened.tree }),
      transfers: this.#transfers,
      standby: this.#state.condition,
      ...(error === undefined
        ? {}
        : { refusal: { code: error.code, reason: error.message, remedy: error.remedy } }),
    };
    return { report, plan, notCopied: this.#notCopied, stack: this.#stack };
  }
}
