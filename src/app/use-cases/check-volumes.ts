import {
  type Finding,
  type HostInventory,
  type HostName,
  together,
  unknownVolumes,
  unknownVolumesRemedy,
} from '../../core/index.js';
import type { HostPool } from '../hosts/host-pool.js';
import { attempt } from './check-attempt.js';

/** Volumes that udev, or somebody, activated while a guest's disks were mapped. */
export async function activeVolumes(
  pool: HostPool,
  inventories: ReadonlyMap<HostName, HostInventory>,
): Promise<readonly Finding[]> {
  const known = [...inventories.values()].filter(({ kind }) => kind === 'known');
  const each = await together(
    known.map(({ host: name }) =>
      attempt({ subject: 'auto-activation', host: name }, () => findingsOf(pool, name)),
    ),
  );
  return each.flat();
}

async function findingsOf(pool: HostPool, name: HostName): Promise<readonly Finding[]> {
  const { host } = await pool.get(name);
  const maps = await host.deviceMapper.list();
  return unknownVolumes(maps, await host.volumes.inventory()).map((volume) => ({
    level: 'FAIL',
    subject: 'auto-activation',
    host: name,
    message: `${name} has the volume ${volume} active, of a group that is not its own`,
    remedy: unknownVolumesRemedy,
  }));
}
