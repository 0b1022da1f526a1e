import { z } from 'zod';
import type { DeviceNumber } from '../../core/model/index.js';
import {
  linesOf,
  parseCount,
  parseDeviceNumber,
  parseJson,
  unexpectedOutput,
} from '../shared/index.js';

// What a newer qemu-img tells besides (`children`, statistics) is free to change and not looked at.
const imageInfo = z.object({
  format: z.literal('qcow2'),
  'virtual-size': z.int().min(0),
  'dirty-flag': z.boolean(),
  encrypted: z.boolean().exactOptional(),
  'backing-filename': z.string().exactOptional(),
  snapshots: z.array(z.object({ name: z.string() })).exactOptional(),
  'format-specific': z.object({
    type: z.literal('qcow2'),
    data: z.object({
      compat: z.string(),
      corrupt: z.boolean().exactOptional(),
      'data-file': z.string().exactOptional(),
      encrypt: z.object({ format: z.string() }).exactOptional(),
    }),
  }),
});

/** What an image says of itself. */
export interface ImageInfo {
  readonly sizeBytes: number;
  /** Another image that the guest sees through it. */
  readonly backingFile?: string;
  /** A file of its own that has the data. */
  readonly dataFile?: string;
  readonly encryption?: string;
  readonly snapshots: readonly string[];
  /** `dirty`: not closed in order, its counters must be rebuilt. `corrupt`: known to be damaged. */
  readonly condition: 'clean' | 'dirty' | 'corrupt';
}

/** @throws `output-unexpected`. */
export function parseImageInfo(text: string): ImageInfo {
  const info = parseJson('qemu-img info', text, imageInfo);
  const { data } = info['format-specific'];
  const backingFile = info['backing-filename'];
  const dataFile = data['data-file'];
  const encryption = data.encrypt?.format ?? (info.encrypted === true ? 'aes' : undefined);
  return {
    sizeBytes: info['virtual-size'],
    ...(backingFile === undefined ? {} : { backingFile }),
    ...(dataFile === undefined ? {} : { dataFile }),
    ...(encryption === undefined ? {} : { encryption }),
    snapshots: (info.snapshots ?? []).map(({ name }) => name),
    condition: data.corrupt === true ? 'corrupt' : info['dirty-flag'] ? 'dirty' : 'clean',
  };
}

/** A network block device that somebody has. */
export interface UsedNbdDevice {
  readonly device: string;
  readonly deviceNumber: DeviceNumber;
  readonly processId: number;
  readonly readOnly: boolean;
  readonly sizeBytes: number;
  /** What its server has open below our run directory; absent: it is not ours. */
  readonly file?: string;
}

/** The network block devices of a host. */
export interface NbdDevices {
  /** Partitions that the kernel looks for by itself; absent without the module. */
  readonly maxPartitions?: number;
  readonly free: readonly string[];
  readonly used: readonly UsedNbdDevice[];
}

/** @throws `output-unexpected`. */
export function parseNbdDevices(text: string): NbdDevices {
  const lines = linesOf(text).map((line) => line.split('\t'));
  const free: string[] = [];
  const used: UsedNbdDevice[] = [];
  let maxPartitions: number | undefined;
  for (const [kind, ...fields] of lines) {
    const [first = ''] = fields;
    const isDevice = /^nbd\d{1,5}$/.test(first);
    if (kind === 'module' && fields.length === 1) {
      maxPartitions = countOf(first, text);
    } else if (kind === 'free' && fields.length === 1 && isDevice) {
      free.push(`/dev/${first}`);
    } else if (kind === 'used' && fields.length === 6 && isDevice) {
      used.push(usedDevice(fields, text));
    } else {
      throw unexpectedOutput('network block devices: a strange line', text);
    }
  }
  return { ...(maxPartitions === undefined ? {} : { maxPartitions }), free, used };
}

function usedDevice(fields: readonly string[], text: string): UsedNbdDevice {
  const [name = '', number = '', pid = '', readOnly = '', sectors = '', file = '-'] = fields;
  const deviceNumber = parseDeviceNumber(number);
  if (deviceNumber === undefined || !/^[01]$/.test(readOnly)) {
    throw unexpectedOutput('network block devices: a strange line', text);
  }
  return {
    device: `/dev/${name}`,
    deviceNumber,
    processId: countOf(pid, text),
    readOnly: readOnly === '1',
    sizeBytes: countOf(sectors, text) * 512,
    ...(file === '-' ? {} : { file }),
  };
}

function countOf(digits: string, text: string): number {
  const count = parseCount(digits);
  if (count === undefined) throw unexpectedOutput('network block devices: no number', text);
  return count;
}
