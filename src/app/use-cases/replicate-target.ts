import {
  isSourceOutdated,
  matchTransfers,
  type NotCopied,
  type StandbyRecord,
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
import { type CopyJob, type CopyTotals, dryPass, realPass } from '../stages/copy.js';
import { mountTarget } from '../stages/mount-trees.js';
import { recordPath, writeRecord } from '../standby/records.js';
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

/** Brings one target up to date; whatever happens, what was opened on it is closed again. */
export function replicateTarget(
  replication: GuestReplication,
  target: LockedTarget,
): Promise<TargetResult> {
  return new TargetReplication(replication, target).run();
}

class TargetReplication {
  readonly #replication: GuestReplication;
  readonly #session: HostSession;
  readonly #record: StandbyRecord | undefined;
  readonly #lost: AbortSignal;
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
    this.#signal = AbortSignal.any([replication.context.signal, lost]);
    this.#stack = session.newStack(this.#signal);
    const { clock, events } = replication.context;
    this.#watch = new Stopwatch(clock, events, {
      guest: replication.guest.name,
      host: session.name,
    });
  }

  async run(): Promise<TargetResult> {
    const errors: XenBackupError[] = [];
    let began: StandbyRecord | undefined;
    try {
      began = await this.#openAndCopy();
    } catch (error) {
      errors.push(toXenBackupError(error));
    }
    const residue = await this.#watch.measure('close', () => this.#stack.unwind());
    this.#session.leave(residue);
    const [left] = residue;
    if (left !== undefined)
      errors.push(new XenBackupError('teardown-incomplete', { message: left }));
    if (began !== undefined && errors.length === 0) {
      try {
        await this.#complete(began);
      } catch (error) {
        errors.push(toXenBackupError(error));
      }
    }
    return this.#result(errors[0], began);
  }

  /** @returns the record that says `syncing`, when bytes were written. */
  async #openAndCopy(): Promise<StandbyRecord | undefined> {
    const { context, guest, mode, source, mountedSource } = this.#replication;
    const session = this.#session;
    const side = mode === 'run' ? targetSide : untouchedTargetSide;
    this.#requireNotNewer();
    const opened = await this.#watch.measure('open-target', () =>
      openTarget(session, this.#stack, guest, side, source),
    );
    this.#opened = opened;
    const { mounted, plan } = await mountedSource;
    const matched = matchTransfers(source.tree, opened.tree, plan, guest.exclude);
    if (matched.kind === 'conflict') throw conflictError(matched.conflict, session.name);
    this.#transfers = matched.transfers;
    this.#notCopied = matched.notCopied;
    const order = matched.transfers.map(({ position }) => position);
    const place = { session, stack: this.#stack, guest: guest.name, side, tree: opened.tree };
    const targetTree = await this.#watch.measure('open-target', () => mountTarget(place, order));
    context.events.emit({
      type: 'target-opened',
      guest: guest.name,
      host: session.name,
      transfers: matched.transfers.map(({ source: _source, target: _target, ...rest }) => rest),
      notCopied: matched.notCopied,
    });
    if (mode === 'plan') return undefined;
    return this.#copy({
      guest,
      source: source.session.host,
      target: session.host,
      snapshots: source.snapshots,
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

  async #copy(job: CopyJob): Promise<StandbyRecord | undefined> {
    const { cleared, totals } = await this.#watch.measure('dry-pass', () => dryPass(job));
    if (this.#replication.mode !== 'run') {
      this.#totals = totals;
      return undefined;
    }
    await requireAtRest(this.#session, job.guest);
    await this.#replication.rememberSource();
    const record = newRecord(this.#replication, 'standby', 'syncing');
    await this.#writeRecord(record);
    await this.#watch.measure('copy', () =>
      realPass(job, cleared, (written) => {
        this.#totals = written;
      }),
    );
    return record;
  }

  /** Only after the last check, the last unmount, and the last byte on the disk. */
  async #complete(record: StandbyRecord): Promise<void> {
    // A signal does not matter any more; that somebody else may have been at the disks does.
    throwIfInterrupted(this.#lost);
    const { host } = this.#session;
    for (const { volume } of this.#opened?.volumes ?? []) {
      await host.deviceMapper.flush(volume.deviceMapperPath);
    }
    await this.#writeRecord({ ...record, state: 'complete' });
  }

  #writeRecord(record: StandbyRecord): Promise<void> {
    const { stateDirectory } = this.#replication.context.configuration;
    return writeRecord(this.#session.host, stateDirectory, record);
  }

  /** @throws `source-outdated` when this standby may hold what the source has not. */
  #requireNotNewer(): void {
    const { context, guest, source, sourceRecord } = this.#replication;
    if (!isSourceOutdated(sourceRecord, this.#record)) return;
    const [from, onto] = [source.session.name, this.#session.name];
    const path = recordPath(context.configuration.stateDirectory, guest.name);
    const isTorn = sourceRecord?.state === 'syncing';
    throw new XenBackupError('source-outdated', {
      message:
        `${from} ${describeRecord(sourceRecord)} of ${guest.name}` +
        (isTorn ? '' : `, and ${onto} ${describeRecord(this.#record)}`),
      remedy: isTorn
        ? `The copy that runs on ${from} was torn by a run that died. Start the guest where its data is whole; or, if you accept this mixture as the truth, remove ${path} on ${from}.`
        : `This happens when an old primary comes back. Find out which host has the data you want; if it is ${from}, remove ${path} on ${onto}: its copy is then overwritten.`,
    });
  }

  #result(error: XenBackupError | undefined, began: StandbyRecord | undefined): TargetResult {
    const { events } = this.#replication.context;
    const failure =
      error === undefined ? {} : { code: error.code, reason: error.message, remedy: error.remedy };
    const report: TargetReport = {
      host: this.#session.name,
      outcome: error === undefined ? 'done' : 'failed',
      ...failure,
      ...this.#totals,
      stages: this.#watch.stages,
      ...(error === undefined && began !== undefined ? { generation: began.counter } : {}),
    };
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
      ...(error === undefined
        ? {}
        : { refusal: { code: error.code, reason: error.message, remedy: error.remedy } }),
    };
    return { report, plan, notCopied: this.#notCopied, stack: this.#stack };
  }
}

/** Continues the sentence "dom0a ...". */
function describeRecord(record: StandbyRecord | undefined): string {
  if (record === undefined) return 'remembers no replication';
  const { state, role, counter, source } = record;
  const number = `replication ${String(counter)}`;
  if (state === 'syncing') return `holds a torn copy of ${number}`;
  return role === 'source' ? `was the source of ${number}` : `holds ${number} from ${source}`;
}
