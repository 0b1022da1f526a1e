import { createHash } from 'node:crypto';
import { asSimulated } from '../filesystem/as-simulated.js';
import { superblockBytes } from '../filesystem/superblock-bytes.js';
import type { Machine } from '../world/state.js';
import { beginsIn } from './contents.js';
import { swapHeaderBytes } from './swap-header.js';
import { intersection } from './places.js';
import { resolveRange } from './resolve.js';
import { type ContentRecord, type DeviceKey, type Extent, sectorBytes } from './types.js';

/** A piece of a device in bytes, whole sectors of it. */
export interface ByteRegion {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * A digest that stands for the bytes of a piece of a device: it is another one exactly when what
 * lies there was used, made anew or overwritten. No byte of a simulated file system exists, so
 * every piece of one tells what its superblock tells.
 *
 * @throws SimulationError `input-output`.
 */
export function digestOf(machine: Machine, key: DeviceKey, region: ByteRegion): string {
  const hash = createHash('sha256').update(JSON.stringify(region.lengthBytes));
  for (const extent of extentsOf(machine, key, region)) {
    for (const record of machine.views.get(extent.view)?.values() ?? []) {
      const text = textOf(record, extent);
      if (text !== undefined) hash.update(text);
    }
  }
  return hash.digest('hex');
}

/**
 * The bytes of a piece of a device: zeros, and what a file system's header says of its layout.
 *
 * @throws SimulationError `input-output`.
 */
export function bytesOf(machine: Machine, key: DeviceKey, region: ByteRegion): Buffer {
  const bytes = Buffer.alloc(region.lengthBytes);
  const [first] = extentsOf(machine, key, region);
  if (first === undefined) return bytes;
  const begun = [...(machine.views.get(first.view)?.values() ?? [])].find(
    ({ layout: [start] }) => start?.space === first.space && start.start === first.start,
  );
  if (begun?.content.kind === 'swap') swapHeaderBytes(begun.content).copy(bytes);
  if (begun?.content.kind !== 'file-system') return bytes;
  superblockBytes(begun.content.image.superblock).copy(bytes);
  return bytes;
}

function extentsOf(
  machine: Machine,
  key: DeviceKey,
  { offsetBytes, lengthBytes }: ByteRegion,
): readonly Extent[] {
  const range = { start: offsetBytes / sectorBytes, sectors: lengthBytes / sectorBytes };
  return resolveRange(machine, key, range);
}

/** What a record says in an extent; `undefined` where nothing of it lies there. */
function textOf(record: ContentRecord, extent: Extent): string | undefined {
  const { content, layout } = record;
  switch (content.kind) {
    case 'file-system':
      return lies(layout, extent) ? asSimulated(content.image).superblockText() : undefined;
    case 'swap':
    case 'other':
      return lies(layout, extent) ? JSON.stringify(content) : undefined;
    // Their bytes stand at their start; what lies further in belongs to others.
    case 'partition-table':
    case 'physical-volume':
    case 'exception-store':
      return beginsIn(record, extent) ? JSON.stringify(content) : undefined;
  }
}

function lies(layout: ContentRecord['layout'], extent: Extent): boolean {
  return layout.some((place) => intersection(place, extent) !== undefined);
}
