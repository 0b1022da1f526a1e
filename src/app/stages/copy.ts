import {
  type FilesTransfer,
  judgeDeletions,
  type Transfer,
  XenBackupError,
} from '../../core/index.js';
import type { CopyRequest, CopyStatistics } from '../../ports/index.js';
import { bringHeader, transferBlocks } from './copy-blocks.js';
import {
  add,
  type CopyJob,
  type CopyTotals,
  describe,
  noTotals,
  proveEverything,
  runPass,
} from './copy-pass.js';

/** A transfer that may be made; files with the deletions its dry pass counted, all of them allowed. */
export type ClearedTransfer =
  | { readonly transfer: FilesTransfer; readonly maxDeletes: number }
  | { readonly transfer: Exclude<Transfer, FilesTransfer> };

/**
 * The dry pass over everything, before the first byte is written to any: a target that is refused
 * because of one device stays as it is.
 *
 * @throws `deletions-refused`, `copy-failed`, `snapshot-invalid`, `mount-missing`, `guard-refused`.
 */
export async function dryPass(
  job: CopyJob,
): Promise<{ readonly cleared: readonly ClearedTransfer[]; readonly totals: CopyTotals }> {
  await proveEverything(job);
  const cleared: ClearedTransfer[] = [];
  let totals = noTotals;
  for (const transfer of job.transfers) {
    if (transfer.by === 'files') {
      const statistics = await copyFiles(job, transfer, 'dry');
      cleared.push({ transfer, maxDeletes: allowedDeletions(job, transfer, statistics) });
      totals = add(totals, totalsOfFiles(statistics));
    } else {
      if (transfer.by === 'blocks') await transferBlocks(job, transfer, 'dry');
      else await bringHeader(job, transfer, 'dry');
      cleared.push({ transfer });
    }
  }
  // What was counted is only worth something if the source was whole until now.
  await proveEverything(job);
  return { cleared, totals };
}

/** @throws `deletions-refused`. */
function allowedDeletions(
  job: CopyJob,
  transfer: FilesTransfer,
  statistics: CopyStatistics,
): number {
  const { type } = transfer.source.content;
  const verdict = judgeDeletions(statistics, job.guest.maxDeletes, type);
  if (verdict.kind === 'allowed') return verdict.maxDeletes;
  throw new XenBackupError('deletions-refused', {
    message: `${describe(transfer)} on ${job.target.name}: ${verdict.reason}`,
    remedy: verdict.remedy,
  });
}

/**
 * The pass that writes.
 *
 * @param onCopied - told after each device what was written so far: also where a later one fails
 * @throws as {@link dryPass}.
 */
export async function realPass(
  job: CopyJob,
  cleared: readonly ClearedTransfer[],
  onCopied: (totals: CopyTotals) => void,
): Promise<void> {
  let totals = noTotals;
  for (const each of cleared) {
    totals = add(totals, await bringOver(job, each));
    onCopied(totals);
    await proveEverything(job);
  }
}

async function bringOver(job: CopyJob, each: ClearedTransfer): Promise<CopyTotals> {
  if ('maxDeletes' in each) {
    return totalsOfFiles(await copyFiles(job, each.transfer, 'real', each.maxDeletes));
  }
  const { transfer } = each;
  return transfer.by === 'blocks'
    ? transferBlocks(job, transfer, 'real')
    : bringHeader(job, transfer, 'real');
}

function copyFiles(
  job: CopyJob,
  transfer: FilesTransfer,
  kind: 'dry' | 'real',
  maxDeletes?: number,
): Promise<CopyStatistics> {
  const request = copyRequest(job, transfer, kind, maxDeletes);
  return runPass(job, {
    transfer,
    kind,
    start: (options) => job.source.copier.copy(request, options),
    totalsOf: totalsOfFiles,
  });
}

/** The request for one pass over one file system. */
function copyRequest(
  job: CopyJob,
  transfer: FilesTransfer,
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

function totalsOfFiles(statistics: CopyStatistics): CopyTotals {
  return {
    files: statistics.transferredFiles,
    bytes: statistics.transferredBytes,
    deletions: statistics.deletedEntries,
  };
}
