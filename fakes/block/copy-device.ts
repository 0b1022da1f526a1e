import type { Machine } from '../world/state.js';
import { keyOf } from './devices.js';
import { placeKey, resolveRange, wholeOf } from './resolve.js';
import { viewOf } from './contents.js';
import type { BlockContent, BlockDevice, Extent, Place } from './types.js';
import { liveView } from './types.js';

/**
 * Copies a device block by block onto another one, as `dd | ssh dd` does: the first full copy of a
 * standby. What a device map makes of it there is as here, because it lies at the same offsets.
 */
export function copyDevice(
  from: { readonly machine: Machine; readonly device: BlockDevice },
  onto: { readonly machine: Machine; readonly device: BlockDevice },
): void {
  const extents = resolveRange(from.machine, keyOf(from.device.number), wholeOf(from.device));
  for (const record of [...viewOf(from.machine, liveView).values()]) {
    const layout = translateLayout(record.layout, extents, onto);
    const [first] = layout ?? [];
    if (layout === undefined || first === undefined) continue;
    viewOf(onto.machine, liveView).set(placeKey(first), {
      ...record,
      layout,
      content: copyContent(record.content),
    });
  }
}

/** The same pieces on the other device; `undefined` when they do not all lie on the first one. */
function translateLayout(
  layout: readonly Place[],
  extents: readonly Extent[],
  onto: { readonly machine: Machine; readonly device: BlockDevice },
): readonly Place[] | undefined {
  const places: Place[] = [];
  for (const place of layout) {
    const start = offsetIn(extents, place);
    if (start === undefined) return undefined;
    const key = keyOf(onto.device.number);
    const pieces = resolveRange(onto.machine, key, { start, sectors: place.sectors });
    places.push(...pieces.map(({ space, start: at, sectors }) => ({ space, start: at, sectors })));
  }
  return places;
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
