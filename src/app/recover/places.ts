import type { Host } from '../../ports/index.js';
import { rulesDirectory, runDirectory } from '../context.js';
import { journalDirectory } from '../steps/index.js';

/**
 * All the places of a host where a run leaves something. Recovery reads them only through this
 * table, and the first look cannot leave one of them out (it would not compile): what is added here
 * is found on a host that has nothing else of ours.
 */
export const places = {
  /** Guests that stand still, and the timers that let them go on. */
  holds: (host: Host) => host.holds.list(),
  /** Directories of runs: mount points, and files that image files are mounted on. */
  runs: async (host: Host) => {
    const entries = await host.files.list(runDirectory);
    return entries.filter(({ name }) => name !== 'locks');
  },
  locks: (host: Host) => host.files.list(`${runDirectory}/locks`),
  journals: (host: Host, stateDirectory: string) =>
    host.files.list(journalDirectory(stateDirectory)),
  /** Every rule of udev that lasts until the next boot, the host's own too. */
  rules: (host: Host) => host.files.list(rulesDirectory),
  /** Every mount of the host, the oldest first. */
  mounts: (host: Host) => host.mounts.list(),
  /** Every device-mapper map of the host. */
  maps: (host: Host) => host.deviceMapper.list(),
  /** Every volume that LVM knows of, snapshots among them, and the groups. */
  volumes: (host: Host) => host.volumes.inventory(),
};

/** The name of a place where a run leaves something. */
export type Place = keyof typeof places;
