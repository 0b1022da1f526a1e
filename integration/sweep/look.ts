import { listDirectory, readText, exists } from '../../fakes/filesystem/files.js';
import { hostObjects, hostOwnFiles, type HostObjects } from '../../fakes/judge/objects.js';
import { guestTrees, type GuestTrees } from '../../fakes/judge/guest-trees.js';
import type { Machine, World } from '../../fakes/world/state.js';
import { fileNameForGuest } from '../../src/core/index.js';
import type { Configuration } from '../../src/index.js';

/** What a host's record of a guest says, as far as the judge asks. */
export interface RecordSeen {
  readonly text: string;
  readonly state: string;
  readonly role: string;
}

/** Everything the judge reads of one host. */
export interface HostSight {
  readonly objects: HostObjects;
  readonly ownFiles: ReadonlyMap<string, string>;
  /** Files under the state directory, records left out. */
  readonly stateFiles: readonly string[];
  readonly records: ReadonlyMap<string, RecordSeen>;
  /** By guest: all its file systems. */
  readonly trees: ReadonlyMap<string, GuestTrees>;
}

/** Everything the judge reads. Nothing of it comes from xen-backup. */
export interface Sight {
  readonly hosts: ReadonlyMap<string, HostSight>;
  readonly violations: readonly string[];
}

/** Looks at the simulated world. */
export function look(world: World, configuration: Configuration): Sight {
  const hosts = [...world.machines.values()].map(
    (machine) => [machine.name, lookAt(machine, configuration)] as const,
  );
  return { hosts: new Map(hosts), violations: [...world.violations] };
}

function lookAt(machine: Machine, configuration: Configuration): HostSight {
  const { stateDirectory } = configuration;
  const guests = configuration.guests.filter(({ name }) => machine.domains.has(name));
  const recordFiles = new Set(
    configuration.guests.map(({ name }) => `records/${fileNameForGuest(name)}.json`),
  );
  return {
    objects: hostObjects(machine),
    ownFiles: hostOwnFiles(machine),
    stateFiles: filesBelow(machine, stateDirectory).filter((path) => !recordFiles.has(path)),
    records: new Map(
      configuration.guests.flatMap(({ name }) => {
        const record = readRecord(
          machine,
          `${stateDirectory}/records/${fileNameForGuest(name)}.json`,
        );
        return record === undefined ? [] : [[name, record] as const];
      }),
    ),
    trees: new Map(guests.map(({ name }) => [name, guestTrees(machine, name)] as const)),
  };
}

function readRecord(machine: Machine, path: string): RecordSeen | undefined {
  if (!exists(machine, path)) return undefined;
  const text = readText(machine, path);
  try {
    const value: unknown = JSON.parse(text);
    const fields = new Map(Object.entries(typeof value === 'object' ? (value ?? {}) : {}));
    return { text, state: String(fields.get('state')), role: String(fields.get('role')) };
  } catch (error) {
    return { text, state: `not JSON: ${String(error)}`, role: '' };
  }
}

function filesBelow(machine: Machine, path: string, prefix = ''): readonly string[] {
  if (!exists(machine, path)) return [];
  return listDirectory(machine, path).flatMap(({ name, kind }) =>
    kind === 'd'
      ? filesBelow(machine, `${path}/${name}`, `${prefix}${name}/`)
      : [`${prefix}${name}`],
  );
}
