import { allMaps } from '../block/devices.js';
import { loopDevices } from '../block/loops.js';
import { isActive } from '../domains/operations.js';
import { describeTree } from '../filesystem/digest.js';
import { exists } from '../filesystem/files.js';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { inodeAt, locate, rootLocation, treeAt } from '../filesystem/path-walk.js';
import { walkTree } from '../filesystem/tree-paths.js';
import { defaultScope, scanLvm } from '../lvm/scan.js';
import type { Machine } from '../world/state.js';

/** What is on a host besides files: each object is one line of text. */
export interface HostObjects {
  /** `VG/LV`. */
  readonly volumes: readonly string[];
  /** Names of device-mapper maps. */
  readonly maps: readonly string[];
  /** `/dev/loop0 of /path`. */
  readonly loops: readonly string[];
  /** `device on mount point`. */
  readonly mounts: readonly string[];
  /** Rule files that udev finds. */
  readonly udevRules: readonly string[];
  /** `pid name`. */
  readonly processes: readonly string[];
  /** Paths of files somebody holds a lock on. */
  readonly locks: readonly string[];
  /** Domains that are paused or frozen. */
  readonly stoppedDomains: readonly string[];
  /** Units that systemd will start, or has started, by itself. */
  readonly timers: readonly string[];
  /** Everything under /run/xen-backup. */
  readonly runFiles: readonly string[];
}

/** All objects of a host, now. */
export function hostObjects(machine: Machine): HostObjects {
  const { groups } = scanLvm(machine, defaultScope(machine));
  return {
    volumes: groups.flatMap(({ metadata }) =>
      metadata.logicalVolumes.map(({ name }) => `${metadata.name}/${name}`),
    ),
    maps: allMaps(machine).map(({ name }) => name),
    loops: loopDevices(machine).map(
      ({ kernelName, backingFile }) => `${kernelName} of ${backingFile}`,
    ),
    mounts: machine.mounts.map(({ source, mountPoint }) => `${source} on ${mountPoint}`),
    udevRules: filesBelow(machine, '/run/udev/rules.d'),
    processes: [...machine.processes.values()].map(({ processId, name }) => `${processId} ${name}`),
    locks: machine.fileLocks.map(({ path }) => path),
    stoppedDomains: [...machine.domains.values()]
      .filter((domain) => isActive(domain) && (domain.state === 'paused' || domain.frozen))
      .map(({ name }) => name),
    timers: [...machine.systemd.timers.keys(), ...machine.systemd.services.keys()],
    runFiles: filesBelow(machine, '/run/xen-backup'),
  };
}

/** Objects that are there now and were not before. */
export function objectsLeft(before: HostObjects, after: HostObjects): readonly string[] {
  const kinds: readonly (keyof HostObjects)[] = [
    'volumes',
    'maps',
    'loops',
    'mounts',
    'udevRules',
    'processes',
    'locks',
    'stoppedDomains',
    'timers',
    'runFiles',
  ];
  return kinds.flatMap((kind) =>
    after[kind]
      .filter((object) => !before[kind].includes(object))
      .map((object) => `${kind}: ${object}`),
  );
}

function filesBelow(machine: Machine, path: string): readonly string[] {
  if (!exists(machine, path)) return [];
  const location = locate(machine, path);
  if (inodeAt(machine, location).kind !== 'd') return [path];
  return [...walkTree(treeAt(machine, location), location.inode)]
    .filter(({ inode }) => inode.kind !== 'd')
    .map((entry) => `${path}/${entry.path}`);
}

/**
 * The host's own disk, without what belongs to running programs: whoever writes a guest's files
 * into it by mistake is seen here.
 */
export function hostOwnFiles(machine: Machine): ReadonlyMap<string, string> {
  const root = rootLocation(machine).mount.image;
  if (!(root instanceof SimulatedFileSystem)) return new Map();
  const own = [...describeTree(root.tree)].filter(([path]) => !ownedByPrograms.test(path));
  return new Map(own);
}

/** Directories whose contents (and with them their own times) programs change all the time. */
const ownedByPrograms = /^(\.|run|run\/.*|var|var\/lib|var\/lib\/xen-backup(\/.*)?|tmp(\/.*)?)$/;
