import { deviceThere } from '../../block/copy-blocks.js';
import { deviceOf, sectorsOf } from '../../block/devices.js';
import { openDevice } from '../../block/openings.js';
import { parseSwapHeader } from '../../block/swap-header.js';
import { writeContent } from '../../block/contents.js';
import { sectorBytes } from '../../block/types.js';
import { noteWrite } from '../../block/writes.js';
import { noteSecondWriter } from '../../domains/second-writer.js';
import { isSimulationError } from '../../world/errors.js';
import type { Machine } from '../../world/state.js';
import { type CommandOutcome, failed, printed } from '../types.js';
import { shareLock } from './guards.js';
import type { SimulatedScript } from './types.js';

interface GuardSide {
  readonly name: 'source' | 'target';
  readonly absent: number;
  readonly another: number;
}

const source: GuardSide = { name: 'source', absent: 120, another: 121 };
const target: GuardSide = { name: 'target', absent: 122, another: 123 };

/** Holds a device open and compares it: its own node when it is what was proven. */
function prove(
  machine: Machine,
  processId: number,
  [path = '', major = '', minor = '', bytes = '']: readonly string[],
  side: GuardSide,
): string | CommandOutcome {
  const place = `xen-backup-guard: ${side.name}: ${path}`;
  const found = deviceThere(machine, path);
  if (found === undefined) return failed(side.absent, `${place} cannot be opened\n`);
  const device = deviceOf(machine, found.key);
  openDevice(machine, { device: found.key, by: { kind: 'process', processId } });
  if (found.key !== `${major}:${minor}` || sectorsOf(device) * sectorBytes !== Number(bytes)) {
    return failed(side.another, `${place} is not the device that was proven\n`);
  }
  return `/dev/${device.kernelName}`;
}

/** SEND_BLOCKS_SCRIPT. */
export const sendBlocksScript: SimulatedScript = async (machine, [, ...args], streams) => {
  const node = prove(machine, streams.processId, args, source);
  if (typeof node !== 'string') return node;
  const [tool, ...rest] = args
    .slice(4)
    .map((word, index, words) => (index === words.length - 2 && word === '.' ? node : word));
  return tool === undefined ? failed(0, '') : streams.exec([tool, ...rest]);
};

/** RECEIVE_BLOCKS_SCRIPT. */
export const receiveBlocksScript: SimulatedScript = async (machine, [, ...args], streams) => {
  const node = prove(machine, streams.processId, args, target);
  if (typeof node !== 'string') return node;
  const [tag = '', lock = '', ...command] = args.slice(4);
  machine.processes.get(streams.processId)?.environment.add(tag);
  if (lock !== '') {
    const shared = await shareLock(machine, lock, streams.processId, streams.killed);
    if (shared !== undefined) return shared;
  }
  const [tool, ...rest] = command.map((word, index, words) =>
    index === words.length - 1 && word === '.' ? node : word,
  );
  return tool === undefined ? failed(0, '') : streams.exec([tool, ...rest]);
};

/** WRITE_START_SCRIPT: only headers of swap have bytes here. */
export const writeStartScript: SimulatedScript = async (machine, [, ...args], streams) => {
  const node = prove(machine, streams.processId, args, target);
  if (typeof node !== 'string') return node;
  const [tag = '', lock = ''] = args.slice(4);
  machine.processes.get(streams.processId)?.environment.add(tag);
  if (lock !== '') {
    const shared = await shareLock(machine, lock, streams.processId, streams.killed);
    if (shared !== undefined) return shared;
  }
  let text = '';
  for await (const chunk of streams.input) text += chunk;
  return writeStart(machine, node, Buffer.from(text, 'utf8'));
};

function writeStart(machine: Machine, node: string, bytes: Buffer): CommandOutcome {
  const there = deviceThere(machine, node);
  const header = parseSwapHeader(bytes);
  if (there === undefined || header === undefined) {
    return failed(127, 'simulation: not simulated: bytes that are no header of swap\n');
  }
  const sectors = sectorsOf(deviceOf(machine, there.key));
  const { uuid, label } = header;
  try {
    noteSecondWriter(machine, there.key);
    noteWrite(machine, there.key, { start: 0, sectors: bytes.length / sectorBytes });
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    return failed(1, `dd: error writing '${node}': Input/output error\n`);
  }
  writeContent(machine, there.key, {
    kind: 'swap',
    sectors,
    ...(uuid === undefined ? {} : { uuid }),
    ...(label === undefined ? {} : { label }),
  });
  return printed('');
}
