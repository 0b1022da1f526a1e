import type { Content } from '../../src/core/model/index.js';
import type { ContentProbe, ProbedDevice } from '../../src/ports/index.js';
import { contentOn } from '../block/contents.js';
import { deviceAt, keyOf, sectorsOf } from '../block/devices.js';
import { partitionPlaceOf, partitionUuidOf } from '../block/partitions.js';
import type { BlockContent, BlockDevice } from '../block/types.js';
import { sectorBytes } from '../block/types.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';

/** Probes the devices of a simulated machine. */
export function simulatedContentProbe(machine: Machine): ContentProbe {
  const deviceNamed = (path: string): BlockDevice => {
    const device = deviceAt(machine, path);
    if (device === undefined) throw portError(machine, 'device-not-found', `no device ${path}`);
    return device;
  };
  return {
    probe: async (path) => probe(machine, deviceNamed(path)),
    sizeBytes: async (path) => sectorsOf(deviceNamed(path)) * sectorBytes,
  };
}

function probe(machine: Machine, device: BlockDevice): ProbedDevice {
  const place = partitionPlaceOf(machine, device);
  const label = place?.entry.name;
  return {
    content: contentOf(machine, device),
    ...(place === undefined ? {} : { partitionUuid: partitionUuidOf(place) }),
    ...(label === undefined || label === '' ? {} : { partitionLabel: label }),
  };
}

function contentOf(machine: Machine, device: BlockDevice): Content {
  try {
    const found = contentOn(machine, keyOf(device.number));
    if (found !== undefined) return describe(found.content);
  } catch (error) {
    // blkid, too, takes what it cannot read for blank.
    if (!isSimulationError(error, 'input-output')) throw error;
  }
  const isExtended = partitionPlaceOf(machine, device)?.entry.kind === 'extended';
  return isExtended ? { kind: 'partition-table', label: 'msdos' } : { kind: 'blank' };
}

function describe(content: BlockContent): Content {
  switch (content.kind) {
    case 'partition-table':
      return { kind: 'partition-table', label: content.label, uuid: content.uuid };
    case 'physical-volume':
      return { kind: 'physical-volume', uuid: content.uuid };
    case 'swap':
      return { kind: 'swap', ...names(content) };
    case 'file-system':
      return {
        kind: 'file-system',
        type: content.image.superblock.type,
        ...names(content.image.superblock),
      };
    case 'exception-store':
      return { kind: 'other', type: 'DM_snapshot_cow' };
    case 'other':
      return content.usage === 'filesystem'
        ? { kind: 'file-system', type: content.type, ...names(content) }
        : { kind: 'other', type: content.type, ...uuidOf(content) };
  }
}

function names(content: { readonly uuid?: string; readonly label?: string }): {
  readonly uuid?: string;
  readonly label?: string;
} {
  const { label } = content;
  return { ...uuidOf(content), ...(label === undefined || label === '' ? {} : { label }) };
}

function uuidOf({ uuid }: { readonly uuid?: string }): { readonly uuid?: string } {
  return uuid === undefined ? {} : { uuid };
}
