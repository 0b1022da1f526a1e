import { parseOwnedName, unknownVolumes, together } from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import { runDirectory } from '../context.js';
import { type Place, places } from './places.js';

/** What a first look says of a host. */
export type Traces =
  /** Nothing of ours at all, of dead runs or of living ones. */
  | { readonly kind: 'none'; readonly unknownVolumes: readonly string[] }
  /** It must be looked at closely: something is there, or the look did not succeed. */
  | { readonly kind: 'some' };

/**
 * Asks at once all that recovery looks at one after another: most hosts are clean, and then it is
 * all there is to know.
 */
export async function lookForTraces(host: Host, stateDirectory: string): Promise<Traces> {
  try {
    const { traces, unknownVolumes } = await tracesOn(host, stateDirectory);
    const isClean = Object.values(traces).every((found) => found.length === 0);
    return isClean ? { kind: 'none', unknownVolumes } : { kind: 'some' };
  } catch {
    // What cannot be answered is said by whoever asks for it there, one by one.
    return { kind: 'some' };
  }
}

/** Whatever could be ours on a host, stamped or not, of dead runs or of living ones. */
export async function tracesOn(host: Host, stateDirectory: string): Promise<FoundTraces> {
  const [holds, runs, locks, journals, rules, mounts, maps, volumes] = await together([
    places.holds(host),
    places.runs(host),
    places.locks(host),
    places.journals(host, stateDirectory),
    places.rules(host),
    places.mounts(host),
    places.maps(host),
    places.volumes(host),
  ]);
  return {
    traces: {
      holds,
      runs,
      locks,
      journals,
      rules: rules.filter(({ name }) => name.includes('xen-backup')),
      mounts: mounts.filter(({ mountPoint }) => mountPoint.startsWith(`${runDirectory}/`)),
      maps: maps.filter(({ name }) => isOurs(name)),
      volumes: volumes.logicalVolumes.filter(({ name }) => isOurs(name)),
    },
    unknownVolumes: unknownVolumes(maps, volumes),
  };
}

interface FoundTraces {
  readonly traces: Readonly<Record<Place, readonly unknown[]>>;
  /** Active volumes of groups that are not the host's. */
  readonly unknownVolumes: readonly string[];
}

/** Maps kpartx made on ours bear our name with a number behind it; volumes appear in its form too. */
function isOurs(name: string): boolean {
  return parseOwnedName(name) !== undefined || /xen-(?:-)?backup-/.test(name);
}
