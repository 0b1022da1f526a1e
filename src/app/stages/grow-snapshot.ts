import {
  formatBytes,
  type GuestConfiguration,
  grownSizeBytes,
  saySnapshotSize,
  snapshotSizeBytes,
  toXenBackupError,
} from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import type { StepStack } from '../steps/index.js';
import type { TakenSnapshot } from './open-disks.js';
import { SnapshotGauge } from './snapshot-gauge.js';

/** Where a snapshot grows. */
export interface GrowthPlace {
  readonly host: Host;
  readonly stack: StepStack;
  readonly guest: GuestConfiguration;
}

/** The gauge of a snapshot, which may grow where the configuration allows it. */
export function gaugeOf(guest: GuestConfiguration, snapshot: TakenSnapshot): SnapshotGauge {
  const { storage } = snapshot;
  if (storage.kind === 'thin') {
    return new SnapshotGauge(snapshot, 'none', guest.thinPoolLimitPercent / 100);
  }
  const mayGrow = maxBytesOf(guest, snapshot) > storage.sizeBytes;
  const gauge = new SnapshotGauge(snapshot, mayGrow ? 'possible' : 'none');
  gauge.growthObstacle = `it may not grow (snapshotMaxSize: ${saySnapshotSize(guest.snapshotMaxSize)})`;
  return gauge;
}

/**
 * Makes a snapshot larger, as far as the configuration allows and its group has room. Never
 * throws: what cannot grow says why, and is stopped in time.
 */
export async function growSnapshot(place: GrowthPlace, gauge: SnapshotGauge): Promise<void> {
  gauge.growth = 'at-work';
  try {
    const obstacle = await growOnce(place, gauge);
    if (obstacle !== undefined) gauge.growthObstacle = obstacle;
    gauge.growth = obstacle === undefined ? 'possible' : 'none';
  } catch (error) {
    gauge.growth = 'none';
    gauge.growthObstacle = `it could not grow: ${toXenBackupError(error).message}`;
  }
}

/** @returns what keeps it from growing. */
async function growOnce(
  { host, stack, guest }: GrowthPlace,
  { snapshot, last, speed }: SnapshotGauge,
): Promise<string | undefined> {
  const { storage, volumeGroup, origin, name, tags, target } = snapshot;
  if (storage.kind === 'thin' || last === undefined) return 'it shares the room of its pool';
  const { volumeGroups } = await host.volumes.inventory();
  const freeBytes = volumeGroups.find((group) => group.name === volumeGroup)?.freeBytes ?? 0;
  const maxBytes = maxBytesOf(guest, snapshot);
  const sizeBytes = grownSizeBytes({
    sizeBytes: last.size,
    usedBytes: last.used,
    bytesPerSecond: speed,
    stepBytes: storage.sizeBytes,
    maxBytes,
    freeBytes,
    extentBytes: storage.extentBytes,
  });
  if (sizeBytes === undefined) {
    return last.size >= maxBytes
      ? `it has grown as far as it may (snapshotMaxSize: ${saySnapshotSize(guest.snapshotMaxSize)})`
      : `it could not grow: volume group ${volumeGroup} has ${formatBytes(freeBytes)} free`;
  }
  await stack.take({
    kind: 'extend-snapshot',
    ...{ host: host.name, guest: guest.name, position: target },
    ...{ volumeGroup, origin, name, tags, sizeBytes },
  });
  return undefined;
}

function maxBytesOf(guest: GuestConfiguration, { storage, originBytes }: TakenSnapshot): number {
  if (storage.kind === 'thin') return 0;
  return snapshotSizeBytes(guest.snapshotMaxSize, originBytes, storage.extentBytes);
}
