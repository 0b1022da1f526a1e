import {
  formatBytes,
  type GuestConfiguration,
  proposeSnapshotSize,
  saySnapshotSize,
  XenBackupError,
} from '../../core/index.js';
import { shareOf, type SnapshotGauge } from './snapshot-gauge.js';

/** Whose snapshots are meant, for messages. */
export interface SnapshotOwner {
  readonly hostName: string;
  readonly guest: GuestConfiguration;
}

/** The run stops before a snapshot, or the pool of a thin one, is full. */
export function fillingError(
  owner: SnapshotOwner,
  gauge: SnapshotGauge,
  all: readonly SnapshotGauge[],
): XenBackupError {
  const { snapshot, last, speed, growth, growthObstacle } = gauge;
  const percent = last === undefined ? '' : ` is ${String(Math.floor(100 * shareOf(last)))} % full`;
  const isThick = snapshot.storage.kind === 'thick';
  const pace = isThick ? ` and fills by ${formatBytes(Math.round(speed))}/s` : '';
  const obstacle = growth === 'none' ? growthObstacle : 'it could not grow in time';
  return new XenBackupError('snapshot-filling', {
    message: `${describe(owner, gauge)}${percent}${pace}; ${obstacle}: stopped before it overflows`,
    ...remedy(owner, gauge, all),
  });
}

/** It overflowed faster than it was looked at. */
export function overflowError(
  owner: SnapshotOwner,
  gauge: SnapshotGauge,
  all: readonly SnapshotGauge[],
  status: string,
): XenBackupError {
  return new XenBackupError('snapshot-invalid', {
    message: `${describe(owner, gauge)} overflowed and is invalid`,
    ...remedy(owner, gauge, all),
    details: { status },
  });
}

/** A size for the next run, from what all snapshots of the guest turned out to need. */
export function proposal(
  guest: GuestConfiguration,
  gauges: readonly SnapshotGauge[],
  end: 'completed' | 'cut-off',
): string | undefined {
  const needs = gauges.flatMap(({ snapshot, last, peakUsedBytes }) => {
    const { storage, originBytes } = snapshot;
    if (storage.kind === 'thin' || last === undefined) return [];
    const initialBytes = storage.sizeBytes;
    return [{ originBytes, initialBytes, sizeBytes: last.size, peakUsedBytes }];
  });
  const size = proposeSnapshotSize(guest.snapshotSize, needs, end);
  return size === undefined ? undefined : saySnapshotSize(size);
}

function describe({ hostName }: SnapshotOwner, { name, snapshot }: SnapshotGauge): string {
  const what =
    snapshot.storage.kind === 'thin'
      ? `thin pool ${name} of the snapshot of`
      : `snapshot ${name} of`;
  return `${what} ${snapshot.origin} on ${hostName}`;
}

function remedy(
  { guest }: SnapshotOwner,
  { snapshot }: SnapshotGauge,
  all: readonly SnapshotGauge[],
): { readonly remedy?: string } {
  if (snapshot.storage.kind === 'thin') {
    return {
      remedy:
        'Nothing was deleted. A pool that is full stops every guest that lies in it: make it ' +
        'larger, or run while the guest writes less.',
    };
  }
  const proposed = proposal(guest, all, 'cut-off');
  if (proposed === undefined) return {};
  const advice =
    `Nothing was deleted for it. Set snapshotSize: ${proposed} for ${guest.name}, as fast as it ` +
    'filled, or run while the guest writes less.';
  return { remedy: advice };
}
