import { beginsIn } from '../block/contents.js';
import { type BlockContent, type Extent, sectorBytes } from '../block/types.js';
import { domainNamed } from '../domains/operations.js';
import { diskExtents } from '../domains/guest-disks.js';
import { describeTree } from '../filesystem/digest.js';
import { asSimulated } from '../filesystem/as-simulated.js';
import type { Machine } from '../world/state.js';

/**
 * Lines of {@link describeTree} of each file system of a guest, and one line of whatever else bears
 * bytes, by its place: `0@1048576` is what
 * begins 1 MiB into the first disk. The same place on every host, whatever the volumes are called.
 */
export type GuestTrees = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Everything that a guest's disks hold on one machine, down to times and attributes. */
export function guestTrees(machine: Machine, guest: string): GuestTrees {
  const found = new Map<string, ReadonlyMap<string, string>>();
  diskExtents(machine, domainNamed(machine, guest)).forEach((extents, index) => {
    for (const [offset, lines] of contentsOn(machine, extents)) {
      found.set(`${index}@${offset}`, lines);
    }
  });
  return found;
}

/** Files of a file system; one line for what has none: its bytes, or what a header of swap says. */
function linesOf(content: BlockContent): ReadonlyMap<string, string> | undefined {
  switch (content.kind) {
    case 'file-system':
      return describeTree(asSimulated(content.image).tree);
    case 'other':
      return new Map([['all blocks', `${content.type} ${content.uuid ?? ''} ${content.digest}`]]);
    case 'swap':
      return new Map([['its header', `swap ${content.uuid ?? ''} ${content.label ?? ''}`]]);
    case 'partition-table':
    case 'physical-volume':
    case 'exception-store':
      return undefined;
  }
}

function contentsOn(
  machine: Machine,
  extents: readonly Extent[],
): readonly (readonly [offsetBytes: number, lines: ReadonlyMap<string, string>])[] {
  const found: [number, ReadonlyMap<string, string>][] = [];
  let before = 0;
  for (const extent of extents) {
    for (const record of machine.views.get(extent.view)?.values() ?? []) {
      const [first] = record.layout;
      if (first === undefined || !beginsIn(record, extent)) continue;
      const lines = linesOf(record.content);
      const offset = (before + first.start - extent.start) * sectorBytes;
      if (lines !== undefined) found.push([offset, lines]);
    }
    before += extent.sectors;
  }
  return found.sort(([left], [right]) => left - right);
}

/** One difference between two states of a guest's files. */
export interface TreeDifference {
  /** Of the file system: `0@1048576`. */
  readonly place: string;
  /** Inside it, without a leading slash; `.` is its root. */
  readonly path: string;
  /** `missing` from the copy, `extra` in it, or `different` in anything. */
  readonly kind: 'missing' | 'extra' | 'different';
}

/** What a copy lacks, has too much, or has differently. Directories' times count. */
export function compareGuestTrees(
  original: GuestTrees,
  copy: GuestTrees,
): readonly TreeDifference[] {
  return [...new Set([...original.keys(), ...copy.keys()])].flatMap((place) => {
    const left = original.get(place) ?? new Map<string, string>();
    const right = copy.get(place) ?? new Map<string, string>();
    const missing = [...left.keys()].filter((path) => !right.has(path));
    const extra = [...right.keys()].filter((path) => !left.has(path));
    const different = [...left].flatMap(([path, line]) =>
      right.has(path) && right.get(path) !== line ? [path] : [],
    );
    return [
      ...missing.map((path) => ({ place, path, kind: 'missing' as const })),
      ...extra.map((path) => ({ place, path, kind: 'extra' as const })),
      ...different.map((path) => ({ place, path, kind: 'different' as const })),
    ];
  });
}

/**
 * Files that a standby had, that the source still has, and that are gone from the standby: the one
 * thing that may never happen.
 */
export function lostFiles(
  before: GuestTrees,
  source: GuestTrees,
  after: GuestTrees,
): readonly { readonly place: string; readonly path: string }[] {
  return [...before].flatMap(([place, lines]) =>
    [...lines.keys()]
      .filter(
        (path) => source.get(place)?.has(path) === true && after.get(place)?.has(path) !== true,
      )
      .map((path) => ({ place, path })),
  );
}
