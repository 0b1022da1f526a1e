import { type ConfGuest, confGuestAsMap } from './conf-file.js';
import { type LocatedEntry, type LocatedMap, mapEntries } from './located.js';
import type { Merged } from './merge.js';
import { formatPlace, type Problem } from './problem.js';
import { quoted } from './quoted.js';

/**
 * Adds the guests of the 2009 script's files. Hosts that only they name get defaults; a guest that
 * is configured already is a problem.
 */
export function mergeConfGuests(base: LocatedMap, guests: readonly ConfGuest[]): Merged {
  const problems: Problem[] = [];
  const allHosts = new Map(mapEntries(base.entries.get('hosts')?.value));
  const allGuests = new Map(mapEntries(base.entries.get('guests')?.value));
  for (const guest of guests) {
    const known = allGuests.get(guest.name);
    if (known !== undefined) {
      problems.push({
        place: guest.namePlace,
        message: `the guest ${quoted(guest.name)} is configured already at ${formatPlace(known.keyPlace)}`,
      });
      continue;
    }
    allGuests.set(guest.name, { keyPlace: guest.namePlace, value: confGuestAsMap(guest) });
    for (const host of guest.hosts) {
      const name = String(host.value);
      if (!allHosts.has(name)) allHosts.set(name, emptyEntry(host.place));
    }
  }
  const entries = new Map(base.entries);
  setSection(entries, 'hosts', allHosts, base);
  setSection(entries, 'guests', allGuests, base);
  return { value: { ...base, entries }, problems };
}

function emptyEntry(place: LocatedMap['place']): LocatedEntry {
  return { keyPlace: place, value: { kind: 'map', place, entries: new Map() } };
}

function setSection(
  entries: Map<string, LocatedEntry>,
  key: string,
  section: ReadonlyMap<string, LocatedEntry>,
  base: LocatedMap,
): void {
  const known = entries.get(key);
  // A section of the wrong type stays as it is, to be reported as that.
  if (known !== undefined && known.value.kind !== 'map' && section.size === 0) return;
  const place = known?.value.place ?? base.place;
  entries.set(key, {
    keyPlace: known?.keyPlace ?? place,
    value: { kind: 'map', place, entries: section },
  });
}
