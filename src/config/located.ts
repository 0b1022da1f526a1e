import type { Place } from './problem.js';

/** A value of a YAML file that remembers where it stands. */
export type LocatedValue = LocatedScalar | LocatedList | LocatedMap;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: string | number | boolean | null;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly LocatedValue[];
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly place: Place;
  /** In the order of the file. */
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export interface LocatedEntry {
  readonly keyPlace: Place;
  readonly value: LocatedValue;
}

/** Plain data, as JSON.parse would give it. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** The data without its places. */
export function toPlain(value: LocatedValue): PlainValue {
  switch (value.kind) {
    case 'scalar':
      return value.value;
    case 'list':
      return value.items.map(toPlain);
    case 'map':
      return Object.fromEntries(
        [...value.entries].map(([key, entry]) => [key, toPlain(entry.value)]),
      );
  }
}

/** One step into a value: a key or an index. */
export type PathStep = PropertyKey;

/** The value at a path, `undefined` where the path leads nowhere. */
export function valueAt(root: LocatedValue, path: readonly PathStep[]): LocatedValue | undefined {
  let current: LocatedValue | undefined = root;
  for (const step of path) {
    if (current?.kind === 'map') current = current.entries.get(String(step))?.value;
    else if (current?.kind === 'list') current = current.items[Number(step)];
    else return undefined;
  }
  return current;
}

/** Where the value at a path stands; for a missing value, the nearest thing around it. */
export function placeOf(root: LocatedValue, path: readonly PathStep[]): Place {
  const value = valueAt(root, path);
  if (value !== undefined) return value.place;
  return path.length === 0 ? root.place : placeOfKey(root, path.slice(0, -1));
}

/** Where the key at the end of a path stands; for a list item or the root, the value itself. */
export function placeOfKey(root: LocatedValue, path: readonly PathStep[]): Place {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  const entry =
    parent?.kind === 'map' && key !== undefined ? parent.entries.get(String(key)) : undefined;
  return entry === undefined ? placeOf(root, path) : entry.keyPlace;
}

/** A map, or nothing where a key has no value (`guests:` with everything commented out). */
export function mapEntries(value: LocatedValue | undefined): ReadonlyMap<string, LocatedEntry> {
  return value?.kind === 'map' ? value.entries : new Map();
}
