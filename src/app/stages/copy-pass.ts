import {
  copyFailureRemedies,
  copyFailureTexts,
  type ErrorCode,
  type GuestConfiguration,
  oldestRsync,
  printable,
  together,
  type Transfer,
  XenBackupError,
} from '../../core/index.js';
import type {
  Clock,
  CopyOptions,
  CopyOutcome,
  CopyStatistics,
  EventSink,
  Host,
} from '../../ports/index.js';
import { throwIfInterrupted } from '../steps/index.js';
import type { MountedTree } from './mount-trees.js';
import type { TakenSnapshot } from './open-disks.js';
import { type PlainDisk, provePlain } from './plain-disks.js';
import { proveDevices, proveMounts, proveSnapshots } from './prove.js';
import { watchSilence } from './silence.js';

/** One guest's devices on the source and on one target, all open. */
export interface CopyJob {
  readonly guest: GuestConfiguration;
  readonly source: Host;
  readonly target: Host;
  readonly snapshots: readonly TakenSnapshot[];
  readonly plain: readonly PlainDisk[];
  readonly sourceTree: MountedTree;
  readonly targetTree: MountedTree;
  /** File systems in the order of the guest's own tree, then all else. */
  readonly transfers: readonly Transfer[];
  readonly clock: Clock;
  readonly events: EventSink;
  readonly signal: AbortSignal;
  /** A mark for the receiver of the next pass, unlike any other of the run. */
  readonly nextTag: () => string;
  /** Name of the lock that the receiver shares, so that it is never free while a writer lives. */
  readonly targetLock: string;
}

/** What a pass over all transfers came to. */
export interface CopyTotals {
  readonly files: number;
  readonly bytes: number;
  readonly deletions: number;
}

/** One pass over one transfer: what starts it, and how long it may work without a word. */
export interface Pass {
  readonly transfer: Transfer;
  readonly kind: 'dry' | 'real';
  readonly start: (options: CopyOptions) => Promise<CopyOutcome>;
  /** Added to the limit for silence. Default 0. */
  readonly silentWorkMs?: number;
  readonly totalsOf: (statistics: CopyStatistics) => CopyTotals;
}

/** Proves that source and target are still what they were. @throws as the proofs do. */
export async function proveEverything(job: CopyJob): Promise<void> {
  throwIfInterrupted(job.signal);
  const byBlocks = job.transfers.filter(({ by }) => by !== 'files');
  const [sources, targets] = [
    byBlocks.map(({ source }) => source),
    byBlocks.map(({ target }) => target),
  ];
  await together([
    proveSnapshots(job.source, job.snapshots),
    provePlain(job.source, job.guest, job.plain),
    proveMounts(job.source, job.sourceTree),
    proveMounts(job.target, job.targetTree),
    proveDevices(job.source, sources),
    proveDevices(job.target, targets),
  ]);
}

/** Runs one pass, tells of it, and ends it when it is stuck. @throws for whatever is not `done`. */
export async function runPass(job: CopyJob, pass: Pass): Promise<CopyStatistics> {
  throwIfInterrupted(job.signal);
  const { clock, events, guest } = job;
  const { transfer, kind } = pass;
  const place = { guest: guest.name, host: job.target.name };
  const about = { pass: kind, fileSystem: transfer.position } as const;
  const startMs = clock.elapsedMs();
  const { guestPath, by } = transfer;
  events.emit({
    type: 'copy-started',
    ...place,
    ...about,
    by,
    ...(guestPath === undefined ? {} : { guestPath }),
  });
  const silence = watchSilence(
    clock,
    guest.stallTimeoutMs,
    route(job, transfer),
    pass.silentWorkMs,
  );
  const signal = AbortSignal.any([job.signal, silence.signal]);
  const outcome = await pass
    .start({
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
  events.emit({
    type: 'copy-finished',
    ...place,
    ...about,
    outcome: outcome.kind,
    durationMs: clock.elapsedMs() - startMs,
    ...(outcome.kind === 'done' ? pass.totalsOf(outcome.statistics) : noTotals),
  });
  if (outcome.kind === 'done') return outcome.statistics;
  throwIfInterrupted(signal);
  throw await explainFailure(job, transfer, outcome);
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
  const remedy = remedyOf(transfer, outcome.kind);
  return new XenBackupError(code, {
    message:
      `${route(job, transfer)}: ` +
      `${copyFailureTexts[outcome.kind]} (rsync exit ${String(outcome.exitCode)})${text === '' ? '' : `: ${text}`}`,
    ...(remedy === undefined ? {} : { remedy }),
    details: { exitCode: outcome.exitCode, text: outcome.text },
  });
}

const oldTools =
  `Copying by blocks needs rsync ${oldestRsync.blocks} or newer on both hosts. Install it, or leave the device ` +
  'out (devices: skip) if the standby can do without.';

function remedyOf(transfer: Transfer, kind: keyof typeof copyFailureTexts): string | undefined {
  return transfer.by === 'blocks' && kind === 'usage' ? oldTools : copyFailureRemedies[kind];
}

/** rsync's words that only repeat its exit code, or that tell what followed from what went wrong. */
const consequence =
  /^rsync error: |^\*{3} Skipping |: Broken pipe \(32\)$|connection unexpectedly closed/;

/** What a guard says, else what went wrong with which file. The first line is what we made of it. */
function tellingLine(text: string): string {
  const [meaning = '', ...lines] = text.trim().split('\n');
  return (
    lines.find((line) => line.startsWith('xen-backup-guard:')) ??
    lines.findLast((line) => !consequence.test(line)) ??
    lines.at(-1) ??
    meaning
  );
}

/** `/boot (xvda/1)`. */
export function describe({ position, guestPath }: Transfer): string {
  return guestPath === undefined ? position : `${guestPath} (${position})`;
}

/** `/boot (xvda/1) from dom0a to dom0b`. */
export function route({ source, target }: CopyJob, transfer: Transfer): string {
  return `${describe(transfer)} from ${source.name} to ${target.name}`;
}

export const noTotals: CopyTotals = { files: 0, bytes: 0, deletions: 0 };

export function add(totals: CopyTotals, more: CopyTotals): CopyTotals {
  return {
    files: totals.files + more.files,
    bytes: totals.bytes + more.bytes,
    deletions: totals.deletions + more.deletions,
  };
}
