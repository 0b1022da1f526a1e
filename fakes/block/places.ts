import type { Extent, Place } from './types.js';

/** Joins neighbours that continue one another. Order is kept: it is the order on the device. */
export function mergeExtents(extents: readonly Extent[]): Extent[] {
  const merged: Extent[] = [];
  for (const extent of extents) {
    const last = merged.at(-1);
    if (last !== undefined && continues(last, extent)) {
      merged[merged.length - 1] = { ...last, sectors: last.sectors + extent.sectors };
    } else if (extent.sectors > 0) {
      merged.push(extent);
    }
  }
  return merged;
}

function continues(left: Extent, right: Extent): boolean {
  return (
    left.space === right.space &&
    left.view === right.view &&
    left.start + left.sectors === right.start
  );
}

/** The places of extents, whatever view they show, neighbours joined. */
export function placesOf(extents: readonly Extent[]): Place[] {
  return mergeExtents(extents.map((extent) => ({ ...extent, view: '' }))).map(
    ({ space, start, sectors }) => ({ space, start, sectors }),
  );
}

export function totalSectors(places: readonly { readonly sectors: number }[]): number {
  return places.reduce((sum, place) => sum + place.sectors, 0);
}

/** The first `sectors` sectors of a list of pieces. */
export function prefixOf(places: readonly Place[], sectors: number): Place[] {
  const prefix: Place[] = [];
  let left = sectors;
  for (const place of places) {
    if (left <= 0) break;
    prefix.push({ ...place, sectors: Math.min(place.sectors, left) });
    left -= place.sectors;
  }
  return prefix;
}

export function samePlaces(left: readonly Place[], right: readonly Place[]): boolean {
  return (
    left.length === right.length &&
    left.every((place, index) => {
      const other = right[index];
      return (
        other?.space === place.space &&
        other.start === place.start &&
        other.sectors === place.sectors
      );
    })
  );
}

/** The common part of two pieces, if there is one. */
export function intersection(left: Place, right: Place): Place | undefined {
  if (left.space !== right.space) return undefined;
  const start = Math.max(left.start, right.start);
  const end = Math.min(left.start + left.sectors, right.start + right.sectors);
  return end > start ? { space: left.space, start, sectors: end - start } : undefined;
}

/** Adds a range to a set of ranges that are sorted, disjoint and not adjacent. */
export function addToSet(set: readonly Place[], added: Place): Place[] {
  const end = added.start + added.sectors;
  const apart = (place: Place): boolean =>
    place.space !== added.space || place.start > end || place.start + place.sectors < added.start;
  const joined = set.filter((place) => !apart(place));
  const start = Math.min(added.start, ...joined.map((place) => place.start));
  const last = Math.max(end, ...joined.map((place) => place.start + place.sectors));
  return [...set.filter(apart), { space: added.space, start, sectors: last - start }].sort(
    (left, right) => left.space.localeCompare(right.space) || left.start - right.start,
  );
}
