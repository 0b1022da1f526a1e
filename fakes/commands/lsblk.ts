import { allDevices, deviceAt, keyOf, sectorsOf, mainPath } from '../block/devices.js';
import { mapsOver } from '../block/openings.js';
import { partitionPlaceOf, partitionUuidOf } from '../block/partitions.js';
import type { BlockDevice } from '../block/types.js';
import { sectorBytes } from '../block/types.js';
import { mountsOfDevice } from '../filesystem/mount-table.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { flag, isGiven, lastValue, type OptionSpec, parseOptions, valued } from './getopt.js';
import { probe, type Signature, valueOf } from './signatures.js';
import {
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type SimulatedCommand,
} from './types.js';

const lsblkOptions: readonly OptionSpec[] = [
  flag('json', 'J'),
  flag('bytes', 'b'),
  valued('output', 'o'),
  flag('version', 'V'),
];

/** A device in the tree: the same one may hang below several parents. */
interface Node {
  readonly machine: Machine;
  readonly device: BlockDevice;
  readonly signature: Signature;
  readonly parent?: BlockDevice;
}

type Value = string | number | boolean | null;

const columns: Readonly<Record<string, (node: Node) => Value>> = {
  NAME: ({ device }) => (device.kind === 'map' ? device.name : device.kernelName),
  KNAME: ({ device }) => device.kernelName,
  PATH: ({ device }) => mainPath(device),
  'MAJ:MIN': ({ device }) => keyOf(device.number),
  TYPE: ({ device }) => typeOf(device),
  RO: ({ device }) => device.readOnly,
  FSTYPE: ({ signature }) => valueOf(signature, 'TYPE') ?? null,
  LABEL: ({ signature }) => valueOf(signature, 'LABEL') ?? null,
  UUID: ({ signature }) => valueOf(signature, 'UUID') ?? null,
  PARTUUID: ({ machine, device }) => {
    const place = partitionPlaceOf(machine, device);
    return place === undefined ? null : partitionUuidOf(place);
  },
  PARTLABEL: ({ signature }) => valueOf(signature, 'PART_ENTRY_NAME') ?? null,
  PARTTYPE: ({ signature }) => valueOf(signature, 'PART_ENTRY_TYPE') ?? null,
  SIZE: ({ device }) => sectorsOf(device) * sectorBytes,
  MOUNTPOINT: ({ machine, device }) =>
    mountsOfDevice(machine, device.number).at(-1)?.mountPoint ?? null,
  PKNAME: ({ parent }) => parent?.kernelName ?? null,
};

const lsblk: SimulatedCommand = async (machine, argv) => {
  const parsed = parseOptions(argv.slice(1), lsblkOptions);
  if (parsed.kind === 'error') {
    return failed(1, `lsblk: ${parsed.message}\nTry 'lsblk --help' for more information.\n`);
  }
  const { options, operands } = parsed;
  if (isGiven(options, 'version')) {
    return printed(`lsblk from util-linux ${machine.tools.get('lsblk')?.version ?? ''}\n`);
  }
  const names = (lastValue(options, 'output') ?? '').split(',').filter((name) => name !== '');
  const simulated = isGiven(options, 'json') && isGiven(options, 'bytes') && names.length > 0;
  if (!simulated) return notSimulated(argv);
  const unknown = names.find((name) => !Object.hasOwn(columns, name));
  if (unknown !== undefined) return failed(1, `lsblk: unknown column: ${unknown}\n`);
  const missing = operands.find((path) => deviceAt(machine, path) === undefined);
  if (missing !== undefined) return failed(32, `lsblk: ${missing}: not a block device\n`);
  const roots =
    operands.length === 0
      ? allDevices(machine).filter((device) => device.kind === 'disk' || device.kind === 'loop')
      : operands.flatMap((path) => deviceAt(machine, path) ?? []);
  const nodes = roots.map((device) => nodeText(machine, device, names, 2));
  return printed(`{\n   "blockdevices": [\n      ${nodes.join(',')}\n   ]\n}\n`);
};

export const lsblkCommands: CommandTable = { lsblk: { kind: 'plain', run: lsblk } };

function typeOf(device: BlockDevice): string {
  switch (device.kind) {
    case 'disk':
      return device.deviceType;
    case 'partition':
      return 'part';
    case 'loop':
      return 'loop';
    case 'map': {
      // The prefix of the UUID says who made it.
      const prefix = /^([A-Za-z]+?)\d*-/.exec(device.uuid)?.[1]?.toLowerCase();
      return prefix ?? 'dm';
    }
  }
}

function childrenOf(machine: Machine, device: BlockDevice): readonly BlockDevice[] {
  const key = keyOf(device.number);
  const partitions = allDevices(machine).filter(
    (other) => other.kind === 'partition' && other.parent === key,
  );
  return [...partitions, ...mapsOver(machine, key)];
}

/** One device with everything above it, indented three blanks a level. */
function nodeText(
  machine: Machine,
  device: BlockDevice,
  names: readonly string[],
  depth: number,
  parent?: BlockDevice,
): string {
  const node: Node = {
    machine,
    device,
    signature: signatureOf(machine, device),
    ...(parent === undefined ? {} : { parent }),
  };
  const inner = '   '.repeat(depth + 1);
  const members = names.map(
    (name) => `"${name.toLowerCase()}": ${JSON.stringify(columns[name]?.(node) ?? null)}`,
  );
  const children = childrenOf(machine, device).map((child) =>
    nodeText(machine, child, names, depth + 2, device),
  );
  if (children.length > 0) {
    members.push(`"children": [\n${'   '.repeat(depth + 2)}${children.join(',')}\n${inner}]`);
  }
  return `{\n${members.map((member) => `${inner}${member}`).join(',\n')}\n${'   '.repeat(depth)}}`;
}

/** LVM's internal maps are hidden from udev's probing. */
function signatureOf(machine: Machine, device: BlockDevice): Signature {
  if (device.kind === 'map' && /^LVM-.*-[a-z]+$/.test(device.uuid)) return [];
  try {
    return probe(machine, device);
  } catch (error) {
    if (isSimulationError(error, 'input-output')) return [];
    throw error;
  }
}
