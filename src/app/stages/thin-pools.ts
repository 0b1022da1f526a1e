import {
  type GuestConfiguration,
  type LogicalVolume,
  poolObstacle,
  type ThinPoolName,
  XenBackupError,
} from '../../core/index.js';
import type { Clock, Host } from '../../ports/index.js';
import { type Watch, watchRest } from '../standby/watch-rest.js';

/** Pools behind volumes of a host, each once. */
export function poolsOf(volumes: readonly LogicalVolume[]): readonly ThinPoolName[] {
  const pools = volumes.flatMap(({ volumeGroup, pool }): readonly [string, ThinPoolName][] =>
    pool === undefined ? [] : [[`${volumeGroup}/${pool}`, { volumeGroup, name: pool }]],
  );
  return [...new Map(pools).values()];
}

/**
 * Makes sure that the pools have room for what happens while a guest is copied: on the source its
 * own writes, each of which the snapshot keeps twice; on a target what is written there.
 *
 * @throws `thin-pool-full`, and what the port throws.
 */
export async function requirePoolRoom(
  host: Host,
  guest: GuestConfiguration,
  pools: readonly ThinPoolName[],
): Promise<void> {
  const fills = await host.volumes.thinPoolFills(pools);
  pools.forEach(({ volumeGroup, name }, index) => {
    const fill = fills[index];
    const obstacle =
      fill === undefined ? undefined : poolObstacle(fill, guest.thinPoolLimitPercent);
    if (obstacle === undefined) return;
    throw new XenBackupError('thin-pool-full', {
      message: `thin pool ${volumeGroup}/${name} on ${host.name} ${obstacle}`,
      remedy:
        `On ${host.name}: lvextend ${volumeGroup}/${name} (or --poolmetadatasize), fstrim in its ` +
        `guests, or set a higher thinPoolLimit for ${guest.name}.`,
    });
  });
}

/** Often enough for a small pool, and one command of the kernel's own each time. */
const lookEveryMs = 3_000;

/**
 * Asks again and again while a target in thin pools is written to.
 *
 * @param onFull - told once, with the error that ends the copy
 */
export function watchPools(
  clock: Clock,
  requireRoom: () => Promise<void>,
  onFull: (error: XenBackupError) => void,
): Watch {
  return watchRest(clock, requireRoom, onFull, {
    intervalMs: lookEveryMs,
    endsAt: ['thin-pool-full', 'volume-not-found'],
  });
}
