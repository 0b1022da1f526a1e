import { exists, listDirectory, readText } from '../../fakes/filesystem/files.js';
import { hostObjects, objectsLeft } from '../../fakes/judge/objects.js';
import type { Machine, World } from '../../fakes/world/state.js';
import type { Sight } from './look.js';

/**
 * After a death: whatever of ours is on a host must stand in a journal of that host as intended and
 * not as undone, however short the run's life was. Locks and processes end by themselves.
 */
export function judgeJournals(
  world: World,
  before: Sight,
  stateDirectory: string,
): readonly string[] {
  return [...world.machines.values()].flatMap((machine) => {
    const was = before.hosts.get(machine.name);
    if (was === undefined) return [];
    const intended = intentions(machine, `${stateDirectory}/journals`);
    return objectsLeft(was.objects, hostObjects(machine))
      .filter((object) => inJournals.test(object))
      .filter((object) => !intended.some((words) => words.some((word) => names(object, word))))
      .map((object) => `no journal of ${machine.name} knows of ${object}`);
  });
}

/** LVM's own maps around a snapshot come and go with it. */
const inJournals = /^(volumes: .*\/xen-backup-|maps: xen-backup-|mounts: |udevRules: )/;

/** Partition maps are called after their device; everything else is named as it is. */
function names(object: string, word: string): boolean {
  const [, name = ''] = /: (.*)$/.exec(object) ?? [];
  const last = word.slice(word.lastIndexOf('/') + 1);
  return (
    name === word ||
    name.endsWith(`/${last}`) ||
    name.endsWith(` on ${word}`) ||
    name === last ||
    (name.startsWith(last) && /^p\d+$/.test(name.slice(last.length)))
  );
}

/** The texts of each step that was intended and not undone. */
function intentions(machine: Machine, directory: string): readonly (readonly string[])[] {
  if (!exists(machine, directory)) return [];
  return listDirectory(machine, directory).flatMap(({ name }) => {
    const open = new Map<string, readonly string[]>();
    for (const line of readText(machine, `${directory}/${name}`).split('\n')) {
      const entry = parse(line);
      if (entry?.phase === 'intent') open.set(entry.id, entry.words);
      if (entry?.phase === 'undone') open.delete(entry.id);
    }
    return [...open.values()];
  });
}

function parse(line: string) {
  if (!line.endsWith('}')) return undefined;
  const entry: unknown = JSON.parse(line);
  const step = field(entry, 'step');
  const words = typeof step === 'object' && step !== null ? Object.values(step) : [];
  return {
    phase: field(entry, 'phase'),
    id: String(field(step, 'id')),
    words: words.filter((word): word is string => typeof word === 'string' && word !== ''),
  };
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(name);
}
