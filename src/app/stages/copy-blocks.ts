import {
  type BlocksTransfer,
  type DeviceNode,
  type HeaderTransfer,
  swapHeader,
  swapHeaderMaximumBytes,
  XenBackupError,
} from '../../core/index.js';
import type { CopyStatistics, Host, ProvenDevice } from '../../ports/index.js';
import { throwIfInterrupted } from '../steps/index.js';
import { type CopyJob, type CopyTotals, noTotals, route, runPass } from './copy-pass.js';

/**
 * Both sides read a device to its end before the first block goes over, and that is silent work: so
 * slow a disk is still taken for alive.
 */
const slowestBytesPerSecond = 10 * 1024 * 1024;

/** Brings the blocks over that differ. `dry` proves that it could be begun. */
export async function transferBlocks(
  job: CopyJob,
  transfer: BlocksTransfer,
  kind: 'dry' | 'real',
): Promise<CopyTotals> {
  const { source, target } = transfer;
  const request = {
    source: provenDevice(source),
    target: provenDevice(target),
    peer: job.target.peer,
    pass: kind,
    bandwidthLimitKiBPerSecond: job.guest.bandwidthLimitKiBPerSecond,
    ioClass: job.guest.ioClass,
    stallTimeoutMs: job.guest.stallTimeoutMs,
    tag: job.nextTag(),
    targetLock: job.targetLock,
  };
  const statistics = await runPass(job, {
    transfer,
    kind,
    start: (options) => job.source.blocks.transfer(request, options),
    silentWorkMs: (source.sizeBytes / slowestBytesPerSecond) * 1000,
    totalsOf: totalsOfBlocks,
  });
  return totalsOfBlocks(statistics);
}

/** What went over the wire: how much differs is known only by its hashes. */
function totalsOfBlocks({ sentBytes }: CopyStatistics): CopyTotals {
  return { ...noTotals, bytes: sentBytes };
}

/**
 * Brings the header of swap over, where it differs. `dry` reads it only.
 *
 * @throws `copy-failed` when there is no header, or it is not there after it was written.
 */
export async function bringHeader(
  job: CopyJob,
  transfer: HeaderTransfer,
  kind: 'dry' | 'real',
): Promise<CopyTotals> {
  throwIfInterrupted(job.signal);
  const { source, target } = transfer;
  const lengthBytes = Math.min(swapHeaderMaximumBytes, source.sizeBytes);
  const header = swapHeader(await readStart(job.source, source, lengthBytes));
  if (header === undefined) throw failed(job, transfer, 'no header of swap was found');
  const isThere = async (): Promise<boolean> =>
    sameBytes(header, await readStart(job.target, target, header.length));
  if (kind === 'dry' || (await isThere())) return noTotals;
  const marks = { tag: job.nextTag(), targetLock: job.targetLock };
  await job.target.blocks.writeStart(provenDevice(target), header, marks);
  if (!(await isThere())) throw failed(job, transfer, 'the header of swap was not written');
  return { ...noTotals, bytes: header.length };
}

function failed(job: CopyJob, transfer: HeaderTransfer, what: string): XenBackupError {
  return new XenBackupError('copy-failed', { message: `${route(job, transfer)}: ${what}` });
}

async function readStart(host: Host, { path }: DeviceNode, lengthBytes: number) {
  const [bytes] = await host.regions.read([{ device: path, offsetBytes: 0, lengthBytes }]);
  return bytes ?? new Uint8Array(0);
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function provenDevice({ path, deviceNumber, sizeBytes }: DeviceNode): ProvenDevice {
  return { path, deviceNumber, sizeBytes };
}
