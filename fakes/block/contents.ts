import type { Machine } from '../world/state.js';
import { deviceOf, sectorsOf } from './devices.js';
import { placesOf, prefixOf, samePlaces, totalSectors } from './places.js';
import { placeKey, recordAt, resolveRange, resolveWhole, type SectorRange } from './resolve.js';
import type {
  BlockContent,
  ContentRecord,
  DeviceKey,
  Extent,
  FileSystemBlockContent,
  Place,
  ViewId,
} from './types.js';
import { sectorBytes } from './types.js';

/**
 * How the pieces of a device agree with those of a content that begins on it.
 *
 * - `whole`: all of the content is there, in its order.
 * - `truncated`: the device ends before the content does.
 * - `scrambled`: the beginning is right, something behind it is not: a wrong table.
 * - `torn`: all pieces are there, but of different moments (two snapshots, a write between them).
 */
export type ContentFit = 'whole' | 'truncated' | 'scrambled' | 'torn';

export interface FoundContent {
  readonly record: ContentRecord;
  readonly content: BlockContent;
  readonly fit: ContentFit;
}

/**
 * What begins at the first sector of a device, `undefined` when it is blank.
 *
 * @throws SimulationError `input-output`, `device-missing`.
 */
export function contentOn(machine: Machine, key: DeviceKey): FoundContent | undefined {
  const record = recordAt(machine, key);
  if (record === undefined) return undefined;
  return {
    record,
    content: record.content,
    fit: fitOf(machine, record, resolveWhole(machine, key)),
  };
}

/** As {@link contentOn}, when it is a file system. */
export function fileSystemOn(
  machine: Machine,
  key: DeviceKey,
): (FoundContent & { readonly content: FileSystemBlockContent }) | undefined {
  const found = contentOn(machine, key);
  return found?.content.kind === 'file-system' ? { ...found, content: found.content } : undefined;
}

/** Layouts never change, and neither do lists of pieces: what was compared once stays compared. */
const comparedLayouts = new WeakMap<readonly Extent[], WeakMap<ContentRecord, ContentFit>>();

function fitOf(machine: Machine, record: ContentRecord, extents: readonly Extent[]): ContentFit {
  const compared = comparedLayouts.get(extents) ?? new WeakMap<ContentRecord, ContentFit>();
  comparedLayouts.set(extents, compared);
  const fit = compared.get(record) ?? layoutFit(record, extents);
  compared.set(record, fit);
  return fit === 'whole' && isTorn(machine, record, extents) ? 'torn' : fit;
}

function layoutFit(record: ContentRecord, extents: readonly Extent[]): ContentFit {
  const wanted = totalSectors(record.layout);
  const shown = placesOf(extents);
  const available = Math.min(wanted, totalSectors(shown));
  if (!samePlaces(prefixOf(shown, available), prefixOf(record.layout, available))) {
    return 'scrambled';
  }
  return available < wanted ? 'truncated' : 'whole';
}

function isTorn(machine: Machine, record: ContentRecord, extents: readonly Extent[]): boolean {
  const [first] = record.layout;
  if (first === undefined) return false;
  // Pieces of one view are of one moment.
  return viewsOf(extents).some((view) => {
    const other = machine.views.get(view)?.get(placeKey(first));
    return other !== undefined && other.lastWrite !== record.lastWrite;
  });
}

function viewsOf(extents: readonly Extent[]): readonly ViewId[] {
  return [...new Set(extents.map((extent) => extent.view))];
}

/** How much of a device a content takes; what is not said here takes all of it. */
function sectorsTaken(content: BlockContent, available: number): number {
  switch (content.kind) {
    case 'file-system':
      return Math.min(available, Math.ceil(content.image.superblock.sizeBytes / sectorBytes));
    case 'physical-volume':
      return Math.min(available, content.deviceSectors);
    case 'swap':
    case 'other':
      return Math.min(available, content.sectors);
    case 'partition-table':
    case 'exception-store':
      return available;
  }
}

/**
 * Writes a content at the start of a device, as mkfs, pvcreate or parted do. What began anywhere
 * under it is gone, except below a partition table, which covers nothing but itself.
 *
 * @throws SimulationError `input-output`, `device-missing`.
 */
export function writeContent(
  machine: Machine,
  key: DeviceKey,
  content: BlockContent,
): ContentRecord {
  const available = sectorsOf(deviceOf(machine, key));
  const sectors = sectorsTaken(content, available);
  const extents = resolveRange(machine, key, { start: 0, sectors });
  if (content.kind !== 'partition-table') eraseExtents(machine, extents);
  const record: ContentRecord = {
    layout: placesOf(extents),
    content,
    lastWrite: ++machine.world.writeSequence,
    writeCursor: 0,
  };
  putRecord(machine, extents, record);
  return record;
}

/** Every view that shows a part of a content knows its record, so that tearing is noticed. */
function putRecord(machine: Machine, extents: readonly Extent[], record: ContentRecord): void {
  const [first] = record.layout;
  if (first === undefined) return;
  for (const view of viewsOf(extents)) viewOf(machine, view).set(placeKey(first), record);
}

/** The records of a view, made when it is new. */
export function viewOf(machine: Machine, view: ViewId): Map<string, ContentRecord> {
  const records = machine.views.get(view) ?? new Map<string, ContentRecord>();
  machine.views.set(view, records);
  return records;
}

/**
 * Removes every record that begins in a range of a device (wipefs, a zeroing dd).
 *
 * @param range - default: the whole device
 */
export function eraseContent(machine: Machine, key: DeviceKey, range?: SectorRange): void {
  const extents =
    range === undefined ? resolveWhole(machine, key) : resolveRange(machine, key, range);
  eraseExtents(machine, extents);
  machine.world.writeSequence += 1;
}

function eraseExtents(machine: Machine, extents: readonly Extent[]): void {
  for (const extent of extents) {
    const records = machine.views.get(extent.view);
    for (const [recordKey, record] of records ?? []) {
      if (beginsIn(record, extent)) records?.delete(recordKey);
    }
  }
}

export function beginsIn(record: ContentRecord, place: Place): boolean {
  const [first] = record.layout;
  return (
    first?.space === place.space &&
    first.start >= place.start &&
    first.start < place.start + place.sectors
  );
}
