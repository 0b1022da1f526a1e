import type { Machine } from '../world/state.js';
import { activeSnapshots, snapshotFill } from './snapshots.js';
import { mappedBlocks, usedDataBlocks } from './thin-pools.js';
import { thinPoolLine } from './resolve.js';
import type { MapDevice, Target, ThinPoolTarget, ThinTarget } from './types.js';

/** What `dmsetup status` says of one line of a map, behind start, length and type. */
export function targetStatus(machine: Machine, map: MapDevice, target: Target): string {
  switch (target.kind) {
    case 'linear':
    case 'snapshot-origin':
    case 'error':
    case 'zero':
      return '';
    case 'striped': {
      const devices = target.stripes.map(({ device }) => device).join(' ');
      return `${target.stripes.length} ${devices} 1 ${'A'.repeat(target.stripes.length)}`;
    }
    case 'snapshot':
      return snapshotStatus(machine, map);
    case 'thin':
      return thinStatus(machine, target);
    case 'thin-pool':
      return poolStatus(machine, target);
  }
}

function snapshotStatus(machine: Machine, map: MapDevice): string {
  const snapshot = activeSnapshots(machine).find((active) => active.map === map);
  if (snapshot?.store.status !== 'valid') return 'Invalid';
  const { usedSectors, totalSectors, metadataSectors } = snapshotFill(machine, snapshot);
  return `${usedSectors}/${totalSectors} ${metadataSectors}`;
}

function thinStatus(machine: Machine, target: ThinTarget): string {
  const key = thinPoolLine(machine, target.pool);
  const pool = key === undefined ? undefined : machine.thinPools.get(key);
  const volume = pool?.volumes.get(target.deviceId);
  const last = volume?.mapped.at(-1);
  if (pool === undefined || volume === undefined) return 'Fail';
  if (last === undefined) return '0 -';
  const highest = (last.virtual + last.blocks) * pool.blockSectors - 1;
  return `${mappedBlocks(volume) * pool.blockSectors} ${highest}`;
}

function poolStatus(machine: Machine, target: ThinPoolTarget): string {
  const pool = machine.thinPools.get(target.pool);
  if (pool === undefined) return 'Fail';
  const data = `${usedDataBlocks(pool)}/${pool.dataSectors / pool.blockSectors}`;
  const metadata = `${pool.usedMetadataBlocks}/${pool.metadataBlocks}`;
  return `${pool.transactionId} ${metadata} ${data} - rw discard_passdown queue_if_no_space - 1024 `;
}
