import { type GuestName, isXenBackupError, storageName, XenBackupError } from '../../core/index.js';
import type { Clock } from '../../ports/index.js';
import type { HostSession } from '../hosts/host-session.js';
import type { DiskVolume } from '../stages/open-disks.js';

/** udev opens devices for moments: only what stays open is in use. */
const pausesMs = [200, 1_000, 3_000];

/**
 * Makes sure that nobody has a disk of a standby open: no mount in any name space, no guest under
 * any name, no map, no process, no volume group on it. The kernel counts all of them.
 *
 * @throws `standby-in-use`, naming who holds it.
 */
export async function requireFree(
  session: HostSession,
  clock: Clock,
  guest: GuestName,
  disk: DiskVolume,
): Promise<void> {
  if (!(await isOpen(session, disk))) return;
  const { deviceEvents } = session.host;
  for (const pauseMs of pausesMs) {
    try {
      await deviceEvents.settle();
    } catch (error) {
      // An udev that does not come to rest: the next look tells.
      if (!isXenBackupError(error, 'command-timed-out')) throw error;
    }
    if (!(await isOpen(session, disk, 'again'))) return;
    await clock.sleep(pauseMs);
  }
  throw await inUse(session, guest, disk);
}

/** LVM's own list tells of a volume at first; of all else only its holders do. */
async function isOpen(
  { host }: HostSession,
  { storage }: DiskVolume,
  asked: 'first' | 'again' = 'first',
): Promise<boolean> {
  if (storage.kind !== 'volume') return (await host.backing.holders(storage)).length > 0;
  if (asked === 'first') return storage.volume.open;
  return (await host.volumes.findVolume(storage.volume.deviceMapperPath))?.open === true;
}

async function inUse(
  { host, name }: HostSession,
  guest: GuestName,
  { target, storage }: DiskVolume,
): Promise<XenBackupError> {
  const { words, activeGroups } =
    storage.kind === 'volume'
      ? await host.volumes.holders(storage.volume)
      : { words: await host.backing.holders(storage), activeGroups: [] };
  const path = storageName(storage);
  const remedy =
    activeGroups.length === 0
      ? {}
      : {
          remedy:
            `A volume group inside the disks of ${guest} is active on ${name}: most often udev ` +
            'activates it when somebody maps its partitions. On that host, if nobody works with it: ' +
            `${activeGroups.map((group) => `vgchange -an ${group}`).join('; ')} (look first that ` +
            `it is not ${name}'s own group of that name); then kpartx -d -p p /dev/${path}, or ` +
            'without -p, as it was mapped.',
        };
  return new XenBackupError('standby-in-use', {
    message: `${path} (disk ${target} of ${guest}) on ${name} is in use: ${words.join('; ')}`,
    ...remedy,
    details: { holders: words },
  });
}
