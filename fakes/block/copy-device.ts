import type { Machine } from '../world/state.js';
import { viewOf } from './contents.js';
import { keyOf } from './devices.js';
import { placesOf, totalSectors } from './places.js';
import { placeKey, resolveRange, wholeOf } from './resolve.js';
import type { BlockContent, BlockDevice, ContentRecord, Extent, Place } from './types.js';

/** A device and the one that gets its bytes. */
export interface DevicePair {
  readonly from: BlockDevice;
  readonly onto: BlockDevice;
}

/** The same, with the pieces of backing store that the first one shows. */
interface ResolvedPair extends DevicePair {
  readonly extents: readonly Extent[];
}

/**
 * Copies devices block by block onto others, as `dd | ssh dd` does for each: the first full copy
 * of a standby. What a device map makes of them there is as here, because all lies at the same
 * offsets. Contents that lie on several devices (a guest's volume over two disks) are copied when
 * all of these are among them.
 */
export function copyDevices(from: Machine, onto: Machine, pairs: readonly DevicePair[]): void {
  const resolved = pairs.map((pair) => ({
    ...pair,
    extents: resolveRange(from, keyOf(pair.from.number), wholeOf(pair.from)),
  }));
  for (const record of new Set(recordsOf(from, resolved))) {
    const pieces = record.layout.flatMap((place) => translate(onto, resolved, place) ?? []);
    const layout = placesOf(pieces);
    const [first] = layout;
    const isWhole = totalSectors(layout) === totalSectors(record.layout);
    if (first === undefined || !isWhole) continue;
    const content = copyContent(record.content);
    // What shows them there: a thin volume has a view of its own.
    for (const view of new Set(pieces.map((piece) => piece.view))) {
      viewOf(onto, view).set(placeKey(first), { ...record, layout, content });
    }
  }
}

/** Records that may begin on one of the devices, in whatever views they show. */
function recordsOf(machine: Machine, pairs: readonly ResolvedPair[]): readonly ContentRecord[] {
  const views = new Set(pairs.flatMap(({ extents }) => extents.map(({ view }) => view)));
  return [...views].flatMap((view) => [...viewOf(machine, view).values()]);
}

/** Where a piece lies on the copies; `undefined` when it lies on none of the originals. */
function translate(
  onto: Machine,
  pairs: readonly ResolvedPair[],
  place: Place,
): readonly Extent[] | undefined {
  for (const pair of pairs) {
    const start = offsetIn(pair.extents, place);
    if (start === undefined) continue;
    const range = { start, sectors: place.sectors };
    return resolveRange(onto, keyOf(pair.onto.number), range);
  }
  return undefined;
}

function offsetIn(extents: readonly Extent[], place: Place): number | undefined {
  let offset = 0;
  for (const extent of extents) {
    const inside = place.start - extent.start;
    const fits = inside >= 0 && inside + place.sectors <= extent.sectors;
    if (extent.space === place.space && fits) return offset + inside;
    offset += extent.sectors;
  }
  return undefined;
}

function copyContent(content: BlockContent): BlockContent {
  return content.kind === 'file-system'
    ? { ...content, image: content.image.fork() }
    : { ...content };
}
