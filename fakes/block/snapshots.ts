import type { Machine } from '../world/state.js';
import { writeContent } from './contents.js';
import { deviceOf, sectorsOf } from './devices.js';
import { addToSet, intersection, totalSectors } from './places.js';
import { exceptionStoreOf, resolveRange } from './resolve.js';
import type { ExceptionStoreContent, Extent, MapDevice, Place, SnapshotTarget } from './types.js';
import { forkView } from './views.js';

/** Fill of a thick snapshot, in sectors of its copy-on-write device, as `dmsetup status` says. */
export interface SnapshotFill {
  readonly usedSectors: number;
  readonly totalSectors: number;
  readonly metadataSectors: number;
}

/** A thick snapshot that is mapped now. */
export interface ActiveSnapshot {
  readonly map: MapDevice;
  readonly target: SnapshotTarget;
  readonly store: ExceptionStoreContent;
}

/** Bytes of one entry of the exception table; a chunk of the store holds as many as fit. */
const exceptionBytes = 16;
/** Chunks at the start of a store before the first copied one: header and first table. */
const headerChunks = 1;

/** Gives an empty copy-on-write device a store: the snapshot's moment is now. */
export function activateStore(machine: Machine, target: SnapshotTarget): void {
  if (exceptionStoreOf(machine, target) !== undefined) return;
  const origin = resolveRange(machine, target.origin, {
    start: target.start,
    sectors: target.sectors,
  });
  const view = `snapshot-${machine.name}-${machine.world.identifiers.next('view')}`;
  forkView(machine, origin, view);
  writeContent(machine, target.cow, {
    kind: 'exception-store',
    view,
    chunkSectors: target.chunkSectors,
    exceptions: [],
    status: 'valid',
  });
}

/** Every thick snapshot that is mapped now, in order of device number. */
export function activeSnapshots(machine: Machine): readonly ActiveSnapshot[] {
  const found: ActiveSnapshot[] = [];
  for (const device of machine.devices.values()) {
    if (device.kind !== 'map') continue;
    for (const target of device.table) {
      const store = target.kind === 'snapshot' ? exceptionStoreOf(machine, target) : undefined;
      if (target.kind === 'snapshot' && store !== undefined) {
        found.push({ map: device, target, store });
      }
    }
  }
  return found;
}

/** The numbers of dm-snapshot's persistent store: data chunks with a table chunk between areas. */
export function snapshotFill(machine: Machine, snapshot: ActiveSnapshot): SnapshotFill {
  const { store, target } = snapshot;
  const copied = chunksCopied(store);
  const areas = Math.floor(copied / exceptionsPerArea(store));
  return {
    usedSectors: (headerChunks + 1 + copied + areas) * store.chunkSectors,
    totalSectors: sectorsOf(deviceOf(machine, target.cow)),
    metadataSectors: (headerChunks + 1 + areas) * store.chunkSectors,
  };
}

function chunksCopied(store: ExceptionStoreContent): number {
  return totalSectors(store.exceptions) / store.chunkSectors;
}

function exceptionsPerArea(store: ExceptionStoreContent): number {
  return (store.chunkSectors * 512) / exceptionBytes;
}

/** Whole chunks around a piece, on the origin's own grid. */
function chunksAround(place: Place, chunkSectors: number): Place {
  const start = Math.floor(place.start / chunkSectors) * chunkSectors;
  const end = Math.ceil((place.start + place.sectors) / chunkSectors) * chunkSectors;
  return { space: place.space, start, sectors: end - start };
}

/**
 * Copy on write: pieces are about to change in the view that a snapshot has for origin, or in the
 * snapshot itself. Each chunk is copied once.
 *
 * @returns snapshots that became invalid because they have no room.
 */
export function copyOnWrite(
  machine: Machine,
  written: readonly Extent[],
): readonly ActiveSnapshot[] {
  const invalidated: ActiveSnapshot[] = [];
  for (const snapshot of activeSnapshots(machine)) {
    if (snapshot.store.status === 'invalid') continue;
    const touched = written.flatMap((extent) => touchedPlaces(machine, snapshot, extent));
    for (const place of touched) {
      const chunks = chunksAround(place, snapshot.store.chunkSectors);
      snapshot.store.exceptions = addToSet(snapshot.store.exceptions, chunks);
    }
    if (touched.length > 0 && isFull(machine, snapshot)) {
      snapshot.store.status = 'invalid';
      machine.tableGeneration += 1;
      snapshot.map.eventNumber += 1;
      invalidated.push(snapshot);
    }
  }
  return invalidated;
}

function touchedPlaces(machine: Machine, snapshot: ActiveSnapshot, written: Extent): Place[] {
  const { target, store } = snapshot;
  if (written.view === store.view) return [written];
  return resolveRange(machine, target.origin, { start: target.start, sectors: target.sectors })
    .filter((origin) => origin.view === written.view)
    .flatMap((origin) => intersection(origin, written) ?? []);
}

/** The kernel keeps one chunk in reserve: the store is full before its last sector is used. */
function isFull(machine: Machine, snapshot: ActiveSnapshot): boolean {
  const fill = snapshotFill(machine, snapshot);
  return fill.usedSectors > fill.totalSectors - snapshot.store.chunkSectors;
}
