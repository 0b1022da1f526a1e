import {
  type Finding,
  type GuestConfiguration,
  type HostInventory,
  type HostName,
  selectDisks,
  together,
} from '../../core/index.js';
import type { HostPool } from '../hosts/host-pool.js';
import { attempt } from './check-attempt.js';

/**
 * Whether a host can show the qcow2 images of guests that are not replicated now: these are
 * replicated at rest only, so that no plan of a check opens them.
 *
 * @param guests - those at rest.
 */
export async function qcow2Images(
  pool: HostPool,
  guests: readonly GuestConfiguration[],
  inventories: ReadonlyMap<HostName, HostInventory>,
): Promise<readonly Finding[]> {
  const places = guests.flatMap((guest) =>
    guest.hosts
      .filter((host) => isDefined(inventories.get(host), guest.name))
      .map((host) => ({ guest: guest.name, host })),
  );
  const each = await together(
    places.map((place) => attempt({ subject: 'disks', ...place }, () => findingsOf(pool, place))),
  );
  return each.flat();
}

function isDefined(inventory: HostInventory | undefined, guest: string): boolean {
  return inventory?.kind === 'known' && inventory.domains.has(guest);
}

async function findingsOf(
  pool: HostPool,
  place: { readonly guest: string; readonly host: HostName },
): Promise<readonly Finding[]> {
  const { host } = await pool.get(place.host);
  const definition = await host.hypervisor.readDefinition(place.guest);
  const selection = definition === undefined ? undefined : selectDisks(definition);
  const disks = selection?.kind === 'disks' ? selection.disks : [];
  const images = disks.filter(({ image }) => image.kind === 'qcow2');
  for (const { path, image } of images) await host.backing.inspect(path, image);
  if (images.length === 0) return [];
  const message = `${place.host} can show the ${String(images.length)} qcow2 images of ${place.guest}`;
  return [{ level: 'OK', subject: 'disks', ...place, message }];
}
