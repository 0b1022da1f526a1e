import { deviceAt, sectorsOf } from '../block/devices.js';
import { sectorSizes } from '../block/sector-sizes.js';
import type { BlockDevice } from '../block/types.js';
import { sectorBytes } from '../block/types.js';
import { exists } from '../filesystem/files.js';
import type { Machine } from '../world/state.js';
import {
  type CommandOutcome,
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type SimulatedCommand,
} from './types.js';

type Question = (machine: Machine, device: BlockDevice) => number | undefined;

/** What blockdev can ask; `undefined` prints nothing. */
const questions: Readonly<Record<string, Question>> = {
  '--getsize64': (_machine, device) => sectorsOf(device) * sectorBytes,
  '--getsz': (_machine, device) => sectorsOf(device),
  '--getro': (_machine, device) => (device.readOnly ? 1 : 0),
  '--getss': (machine, device) => sectorSizes(machine, device).logicalSectorBytes,
  '--getpbsz': (machine, device) => sectorSizes(machine, device).physicalSectorBytes,
  '--flushbufs': () => undefined,
};

/** Real commands of blockdev that are not simulated: they are loud, not unknown. */
const others = ['--setro', '--setrw', '--getbsz', '--setbsz', '--getra', '--setra', '--rereadpt'];

const blockdev: SimulatedCommand = async (machine, argv) => {
  const words = argv.slice(1);
  const path = words.find((word) => !word.startsWith('-'));
  const asked = words.filter((word) => word.startsWith('-'));
  if (path === undefined) return usage('no device specified');
  const device = deviceAt(machine, path);
  if (device === undefined) return notADevice(machine, path);
  let stdout = '';
  for (const word of asked) {
    const question = Object.hasOwn(questions, word) ? questions[word] : undefined;
    if (others.includes(word)) return notSimulated(argv);
    if (question === undefined) return { ...usage(`Unknown command: ${word}`), stdout };
    const answer = question(machine, device);
    if (answer !== undefined) stdout += `${answer}\n`;
  }
  return printed(stdout);
};

function usage(text: string): CommandOutcome {
  return failed(1, `blockdev: ${text}\nTry 'blockdev --help' for more information.\n`);
}

function notADevice(machine: Machine, path: string): CommandOutcome {
  return exists(machine, path)
    ? failed(1, 'blockdev: ioctl error on BLKGETSIZE64: Inappropriate ioctl for device\n')
    : failed(1, `blockdev: cannot open ${path}: No such file or directory\n`);
}

/** sync of devices and files: writes reach the simulated disk at once, so only errors matter. */
const sync: SimulatedCommand = async (machine, argv) => {
  const paths = argv.slice(1).filter((word) => word !== '--');
  const missing = paths.filter(
    (path) => deviceAt(machine, path) === undefined && !exists(machine, path),
  );
  const stderr = missing
    .map((path) => `sync: error opening '${path}': No such file or directory\n`)
    .join('');
  return missing.length === 0 ? printed('') : failed(1, stderr);
};

export const blockdevCommands: CommandTable = {
  blockdev: { kind: 'plain', run: blockdev },
  sync: { kind: 'plain', run: sync },
};
