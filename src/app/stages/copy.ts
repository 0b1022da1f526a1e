import {
  copyFailureTexts,
  type ErrorCode,
  type GuestConfiguration,
  judgeDeletions,
  printable,
  type Transfer,
  XenBackupError,
} from '../../core/index.js';
import type {
  Clock,
  CopyOutcome,
  CopyRequest,
  CopyStatistics,
  EventSink,
  Host,
} from '../../ports/index.js';
import { throwIfInterrupted } from '../steps/index.js';
import type { MountedTree } from './mount-trees.js';
import type { TakenSnapshot } from './open-disks.js';
import { type PlainDisk, provePlain } from './plain-disks.js';
import { proveMounts, proveSnapshots } from './prove.js';
import { watchSilence } from './silence.js';

/** One guest's file systems on the source and on one target, both open. */
export interface CopyJob {
  readonly guest: GuestConfiguration;
  readonly source: Host;
  readonly target: Host;
  readonly snapshots: readonly TakenSnapshot[];
  readonly plain: readonly PlainDisk[];
  readonly sourceTree: MountedTree;
  readonly targetTree: MountedTree;
  /** In the order of the guest's own tree. */
  readonly transfers: readonly Transfer[];
  readonly clock: Clock;
  readonly events: EventSink;
  readonly signal: AbortSignal;
  /** A mark for the receiver of the next pass, unlike any other of the run. */
  readonly nextTag: () => string;
  /** Name of the lock that the receiver shares, so that it is never free while a writer lives. */
  readonly targetLock: string;
}

/** What a pass over all file systems came to. */
export interface CopyTotals {
  readonly files: number;
  readonly bytes: number;
  readonly deletions: number;
}

/** A transfer with the deletions its dry pass counted, all of them allowed. */
export interface ClearedTransfer {
  readonly transfer: Transfer;
  readonly maxDeletes: number;
}

/**
 * The dry pass over every file system, before the first byte is written to any: a target that is
 * refused because of one of them stays as it is.
 *
 * @throws `deletions-refused`, `copy-failed`, `snapshot-invalid`, `mount-missing`.
 */
export async function dryPass(
  job: CopyJob,
): Promise<{ readonly cleared: readonly ClearedTransfer[]; readonly totals: CopyTotals }> {
  await proveEverything(job);
  const cleared: ClearedTransfer[] = [];
  let totals = noTotals;
  for (const transfer of job.transfers) {
    const statistics = await pass(job, transfer, 'dry');
    const { type } = transfer.source.content;
    const verdict = judgeDeletions(statistics, job.guest.maxDeletes, type);
    if (verdict.kind === 'refused') {
      throw new XenBackupError('deletions-refused', {
        message: `${describe(transfer)} on ${job.target.name}: ${verdict.reason}`,
        remedy: verdict.remedy,
      });
    }
    cleared.push({ transfer, maxDeletes: verdict.maxDeletes });
    totals = add(totals, statistics);
  }
  // What was counted is only worth something if the source was whole until now.
  await proveEverything(job);
  return { cleared, totals };
}

/**
 * The pass that writes.
 *
 * @param onCopied - told after each file system what was written so far: also where a later one
 * fails
 * @throws as {@link dryPass}.
 */
export async function realPass(
  job: CopyJob,
  cleared: readonly ClearedTransfer[],
  onCopied: (totals: CopyTotals) => void,
): Promise<void> {
  let totals = noTotals;
  for (const { transfer, maxDeletes } of cleared) {
    totals = add(totals, await pass(job, transfer, 'real', maxDeletes));
    onCopied(totals);
    await proveEverything(job);
  }
}

async function proveEverything(job: CopyJob): Promise<void> {
  throwIfInterrupted(job.signal);
  await Promise.all([
    proveSnapshots(job.source, job.snapshots),
    provePlain(job.source, job.guest, job.plain),
    proveMounts(job.source, job.sourceTree),
    proveMounts(job.target, job.targetTree),
  ]);
}

async function pass(
  job: CopyJob,
  transfer: Transfer,
  kind: 'dry' | 'real',
  maxDeletes?: number,
): Promise<CopyStatistics> {
  throwIfInterrupted(job.signal);
  const { clock, events, guest } = job;
  const place = { guest: guest.name, host: job.target.name };
  const about = { pass: kind, fileSystem: transfer.position } as const;
  const startMs = clock.elapsedMs();
  const { guestPath } = transfer;
  events.emit({
    type: 'copy-started',
    ...place,
    ...about,
    ...(guestPath === undefined ? {} : { guestPath }),
  });
  const silence = watchSilence(clock, guest.stallTimeoutMs, route(job, transfer));
  const signal = AbortSignal.any([job.signal, silence.signal]);
  const outcome = await job.source.copier
    .copy(copyRequest(job, transfer, kind, maxDeletes), {
      signal,
      stopReceivers: (tag) => job.target.copier.stopReceivers(tag),
      onProgress: (progress) => {
        silence.heard();
        events.emit({ type: 'copy-progress', ...place, ...about, ...progress });
      },
    })
    .finally(() => {
      silence.end();
    });
  const statistics = outcome.kind === 'done' ? outcome.statistics : undefined;
  events.emit({
    type: 'copy-finished',
    ...place,
    ...about,
    outcome: outcome.kind,
    durationMs: clock.elapsedMs() - startMs,
    files: statistics?.transferredFiles ?? 0,
    bytes: statistics?.transferredBytes ?? 0,
    deletions: statistics?.deletedEntries ?? 0,
  });
  if (outcome.kind === 'done') return outcome.statistics;
  throwIfInterrupted(signal);
  throw await explainFailure(job, transfer, outcome);
}

/** The request for one pass over one file system. */
function copyRequest(
  job: CopyJob,
  transfer: Transfer,
  pass: 'dry' | 'real',
  maxDeletes?: number,
): CopyRequest {
  const [source, target] = [job.sourceTree, job.targetTree].map(({ fileSystems }) =>
    fileSystems.get(transfer.position),
  );
  if (source === undefined || target === undefined) {
    throw new XenBackupError('internal', { message: `${transfer.position} is not mounted` });
  }
  return {
    source,
    target,
    peer: job.target.peer,
    pass,
    faithfulness: transfer.faithfulness,
    excludes: transfer.excludes,
    ...(maxDeletes === undefined ? {} : { maxDeletes }),
    bandwidthLimitKiBPerSecond: job.guest.bandwidthLimitKiBPerSecond,
    ioClass: job.guest.ioClass,
    stallTimeoutMs: job.guest.stallTimeoutMs,
    tag: job.nextTag(),
    targetLock: job.targetLock,
  };
}

/** A snapshot that broke is the cause behind many of rsync's exit codes: it is looked at first. */
async function explainFailure(
  job: CopyJob,
  transfer: Transfer,
  outcome: Exclude<CopyOutcome, { kind: 'done' }>,
): Promise<Error> {
  try {
    await proveEverything(job);
  } catch (error) {
    if (error instanceof XenBackupError) return error;
  }
  const code: ErrorCode =
    outcome.kind === 'source-guard-refused' || outcome.kind === 'target-guard-refused'
      ? 'guard-refused'
      : outcome.kind === 'deletion-limit'
        ? 'deletions-refused'
        : 'copy-failed';
  const text = printable(tellingLine(outcome.text));
  return new XenBackupError(code, {
    message:
      `${route(job, transfer)}: ` +
      `${copyFailureTexts[outcome.kind]} (rsync exit ${String(outcome.exitCode)})${text === '' ? '' : `: ${text}`}`,
    details: { exitCode: outcome.exitCode, text: outcome.text },
  });
}

/** What a guard says goes before rsync's own last words, which only count its exit code. */
function tellingLine(text: string): string {
  const lines = text.trim().split('\n');
  return lines.find((line) => line.startsWith('xen-backup-guard:')) ?? lines.at(-1) ?? '';
}

function describe({ position, guestPath }: Transfer): string {
  return guestPath === undefined ? position : `${guestPath} (${position})`;
}

/** `/boot (xvda/1) from dom0a to dom0b`. */
function route({ source, target }: CopyJob, transfer: Transfer): string {
  return `${describe(transfer)} from ${source.name} to ${target.name}`;
}

const noTotals: CopyTotals = { files: 0, bytes: 0, deletions: 0 };

function add(totals: CopyTotals, statistics: CopyStatistics): CopyTotals {
  return {
    files: totals.files + statistics.transferredFiles,
    bytes: totals.bytes + statistics.transferredBytes,
    deletions: totals.deletions + statistics.deletedEntries,
  };
}
