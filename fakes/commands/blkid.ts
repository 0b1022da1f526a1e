import { deviceAt } from '../block/devices.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import {
  allValues,
  flag,
  isGiven,
  lastValue,
  type OptionSpec,
  parseOptions,
  valued,
} from './getopt.js';
import { probe, type Signature } from './signatures.js';
import {
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type SimulatedCommand,
} from './types.js';

const blkidOptions: readonly OptionSpec[] = [
  flag('probe', 'p'),
  valued('output', 'o'),
  valued('match-tag', 's'),
  flag('version', 'V'),
];

/** Exit code for a device on which nothing is found, and for one that is not there. */
const notFound = 2;

const blkid: SimulatedCommand = async (machine, argv) => {
  const parsed = parseOptions(argv.slice(1), blkidOptions);
  if (parsed.kind === 'error') {
    return failed(1, `blkid: ${parsed.message}\nTry 'blkid --help' for more information.\n`);
  }
  const { options, operands } = parsed;
  if (isGiven(options, 'version')) return printed(versionText(machine));
  const [path, ...others] = operands;
  // Without -p it would answer from its cache, which is not simulated.
  if (!isGiven(options, 'probe') || path === undefined || others.length > 0) {
    return notSimulated(argv);
  }
  const format = lastValue(options, 'output') ?? 'full';
  const print = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (print === undefined) return failed(4, `blkid: unsupported output format ${format}\n`);
  const tags = allValues(options, 'match-tag');
  const signature = probeQuietly(machine, path);
  const shown = signature.filter(([name]) => tags.length === 0 || tags.includes(name));
  if (signature.length === 0) return failed(notFound, '');
  return printed(print(path, shown));
};

export const blkidCommands: CommandTable = { blkid: { kind: 'plain', run: blkid } };

/** A device that is missing or cannot be read is to blkid as good as a blank one. */
function probeQuietly(machine: Machine, path: string): Signature {
  const device = deviceAt(machine, path);
  if (device === undefined) return [];
  try {
    return probe(machine, device);
  } catch (error) {
    if (isSimulationError(error, 'input-output')) return [];
    throw error;
  }
}

const formats: Readonly<Record<string, (path: string, signature: Signature) => string>> = {
  export: (path, signature) =>
    [
      ...(signature.length === 0 ? [] : [`DEVNAME=${path}`]),
      ...signature.map(([name, value]) => `${name}=${visible(value, ' \\"\'$`<>')}`),
    ]
      .map((line) => `${line}\n`)
      .join(''),
  full: (path, signature) =>
    `${path}:${signature.map(([name, value]) => ` ${name}="${visible(value, '"\\')}"`).join('')}\n`,
  value: (_path, signature) => signature.map(([, value]) => `${value}\n`).join(''),
};

/** blkid's way with odd bytes: `^A` for control characters, `M-` for the upper half, backslashes. */
function visible(text: string, escaped: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const low = byte & 0x7f;
      const prefix = byte >= 128 ? 'M-' : '';
      if (low < 32 || low === 0x7f) return `${prefix}^${String.fromCharCode(low ^ 0x40)}`;
      const character = String.fromCharCode(low);
      return `${prefix}${escaped.includes(character) ? '\\' : ''}${character}`;
    })
    .join('');
}

function versionText(machine: Machine): string {
  const version = machine.tools.get('blkid')?.version ?? '';
  return `blkid from util-linux ${version}  (libblkid ${version}, 04-Aug-2022)\n`;
}
