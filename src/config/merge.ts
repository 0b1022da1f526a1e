import type { LocatedEntry, LocatedMap, LocatedValue } from './located.js';
import type { Problem } from './problem.js';
import { givenTwice } from './yaml-reader.js';

/** Sections whose keys may come from several files. */
const sharedSections: ReadonlySet<string> = new Set(['hosts', 'defaults', 'guests']);

export interface Merged {
  readonly value: LocatedMap;
  readonly problems: readonly Problem[];
}

/**
 * Several files as one. `hosts`, `guests` and `defaults` are gathered from all of them; each host,
 * each guest and each single setting may be given once. Nothing overrides anything: a key given
 * twice is a problem that shows both places.
 *
 * @param files - at least one
 */
export function mergeFiles(files: readonly [LocatedMap, ...LocatedMap[]]): Merged {
  const problems: Problem[] = [];
  const top = new Map<string, LocatedEntry>();
  for (const file of files) {
    for (const [key, entry] of file.entries) {
      const first = top.get(key);
      if (first === undefined) top.set(key, entry);
      else if (sharedSections.has(key) && isMergeable(first.value) && isMergeable(entry.value)) {
        top.set(key, { ...first, value: mergeSection(first.value, entry.value, problems) });
      } else {
        problems.push({ place: entry.keyPlace, message: givenTwice(key, first.keyPlace) });
      }
    }
  }
  return { value: { kind: 'map', place: files[0].place, entries: top }, problems };
}

/** A map, or a section whose lines are all comments. */
function isMergeable(value: LocatedValue): boolean {
  return value.kind === 'map' || (value.kind === 'scalar' && value.value === null);
}

function mergeSection(
  first: LocatedValue,
  second: LocatedValue,
  problems: Problem[],
): LocatedValue {
  if (first.kind !== 'map') return second;
  if (second.kind !== 'map') return first;
  const entries = new Map(first.entries);
  for (const [key, entry] of second.entries) {
    const known = entries.get(key);
    if (known === undefined) entries.set(key, entry);
    else problems.push({ place: entry.keyPlace, message: givenTwice(key, known.keyPlace) });
  }
  return { ...first, entries };
}
