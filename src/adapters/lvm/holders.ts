import type { HostName } from '../../core/model/index.js';
import type { CommandRunner, VolumeHolders } from '../../ports/index.js';
import { describeHoldersOfMap } from '../shared/index.js';

/** A partition map, a guest's volume on it, a snapshot of that: deeper nothing is told. */
const maximumDepth = 3;

/**
 * Who holds a map, and who holds the maps on it. It never fails: what cannot be asked is told as
 * unknown.
 */
export async function volumeHolders(
  runner: CommandRunner,
  host: HostName,
  mapName: string,
): Promise<VolumeHolders> {
  const words: string[] = [];
  const activeGroups = new Set<string>();
  let level: readonly string[] = [mapName];
  for (let depth = 0; depth < maximumDepth && level.length > 0; depth += 1) {
    const above: string[] = [];
    for (const name of level) {
      for (const holder of await describeHoldersOfMap(runner, host, name)) {
        const [, map, active] = /^map (\S+)( \(an active logical volume\))?$/.exec(holder) ?? [];
        // Of a map that nobody else holds there is nothing more to tell.
        if (depth > 0 && map === undefined && holder.startsWith('no process')) continue;
        words.push(depth === 0 ? holder : `${holder} on ${name}`);
        if (map === undefined) continue;
        above.push(map);
        if (active !== undefined) activeGroups.add(groupOfMap(map));
      }
    }
    level = above;
  }
  return { words, activeGroups: [...activeGroups] };
}

/** LVM joins group and volume by a hyphen, and doubles those within names. */
function groupOfMap(name: string): string {
  const [, group = name] = /^((?:[^-]|--)+)-(?!-)/.exec(name) ?? [];
  return group.replaceAll('--', '-');
}
