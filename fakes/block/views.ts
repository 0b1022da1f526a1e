import type { Machine } from '../world/state.js';
import { beginsIn, viewOf } from './contents.js';
import { intersection } from './places.js';
import type { BlockContent, ContentRecord, Extent, ViewId } from './types.js';

/**
 * Makes a view that shows what the extents show now and goes its own way from then on: the
 * moment of a snapshot.
 */
export function forkView(machine: Machine, extents: readonly Extent[], view: ViewId): void {
  const target = viewOf(machine, view);
  for (const extent of extents) {
    for (const [key, record] of machine.views.get(extent.view) ?? []) {
      if (target.has(key) || !touches(record, extent)) continue;
      // A record that only runs through here is kept for its moment, to notice torn snapshots.
      const content = beginsIn(record, extent) ? forkContent(record.content) : record.content;
      target.set(key, { ...record, content });
    }
  }
}

function touches(record: ContentRecord, extent: Extent): boolean {
  return record.layout.some((place) => intersection(place, extent) !== undefined);
}

function forkContent(content: BlockContent): BlockContent {
  switch (content.kind) {
    case 'file-system':
      return { kind: 'file-system', image: content.image.fork() };
    case 'physical-volume':
    case 'exception-store':
      return { ...content };
    case 'partition-table':
    case 'swap':
    case 'other':
      return content;
  }
}
