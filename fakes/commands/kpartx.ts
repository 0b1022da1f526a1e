import { deviceAt, keyOf } from '../block/devices.js';
import {
  mapNameOf,
  mapSlices,
  type RemovalResult,
  type Slice,
  type SliceResult,
  slicesOf,
  unmapSlices,
} from '../block/partition-maps.js';
import { targetArguments } from '../block/table-text.js';
import type { BlockDevice } from '../block/types.js';
import { settleUdev } from '../block/udev-queue.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { ioctlText } from './dmsetup.js';
import { isGiven, lastValue, type OptionSpec, type ParsedOption, parseOptions } from './getopt.js';
import {
  type CommandOutcome,
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type SimulatedCommand,
} from './types.js';

const short = (letter: string, argument: OptionSpec['argument'] = 'none'): OptionSpec => ({
  name: letter,
  short: letter,
  argument,
});

const kpartxOptions: readonly OptionSpec[] = [
  ...['r', 'a', 'd', 'l', 'f', 'g', 'v', 's', 'n'].map((letter) => short(letter)),
  short('p', 'required'),
];

/** How long kpartx waits for udev before it goes on. */
const udevLimitMs = 180_000;

const kpartx: SimulatedCommand = async (machine, argv) => {
  const parsed = parseOptions(argv.slice(1), kpartxOptions);
  if (parsed.kind === 'error') return failed(1, `kpartx: ${parsed.message}\n`);
  const { options, operands } = parsed;
  const [path, ...others] = operands;
  if (path === undefined || others.length > 0) return notSimulated(argv);
  const device = deviceAt(machine, path);
  if (device === undefined) return failed(1, '', `failed to stat() ${path}\n`);
  const outcome = act(machine, device, path, options);
  if (!isGiven(options, 'n')) await settleUdev(machine, udevLimitMs);
  return outcome;
};

export const kpartxCommands: CommandTable = { kpartx: { kind: 'plain', run: kpartx } };

function act(
  machine: Machine,
  device: BlockDevice,
  path: string,
  options: readonly ParsedOption[],
): CommandOutcome {
  const delimiter = lastValue(options, 'p') ?? (/\d$/.test(mapNameOf(device)) ? 'p' : '');
  const verbose = isGiven(options, 'v');
  if (isGiven(options, 'd')) return removed(unmapSlices(machine, device), verbose);
  try {
    if (!isGiven(options, 'a')) {
      return printed(listText(slicesOf(machine, keyOf(device.number)), device, path, delimiter));
    }
    const access = isGiven(options, 'r') ? 'read-only' : 'read-write';
    return added(mapSlices(machine, device, { delimiter, access }), verbose);
  } catch (error) {
    if (!isSimulationError(error, 'input-output')) throw error;
    return { exitCode: 0, stdout: '', stderr: 'read error, sector 0\n' };
  }
}

/** Logical partitions are listed relative to a device that exists only in kpartx's numbering. */
function listText(
  slices: readonly Slice[],
  device: BlockDevice,
  path: string,
  delimiter: string,
): string {
  return slices
    .map((slice) => {
      const index = slices.findIndex(({ number }) => number === slice.container);
      const container = slices[index];
      const parent = container === undefined ? path : `/dev/dm-${index}`;
      const start = slice.start - (container?.start ?? 0);
      const name = `${mapNameOf(device)}${delimiter}${slice.number}`;
      return `${name} : 0 ${slice.sectors} ${parent} ${start}\n`;
    })
    .join('');
}

function added(results: readonly SliceResult[], verbose: boolean): CommandOutcome {
  const stdout: string[] = [];
  const stderr: string[] = [];
  for (const result of results) {
    if (result.kind === 'mapped') stdout.push(addedLine(result));
    else if (result.kind === 'refused') {
      stderr.push(`${result.name} is already in use, and ${result.reason}\n`);
    } else {
      stderr.push(`${ioctlText('reload', result.name, '', result.error.code)}\n`);
      stderr.push(`create/reload failed on ${result.name}\n`);
    }
  }
  return {
    exitCode: stderr.length === 0 ? 0 : 1,
    stdout: verbose ? stdout.join('') : '',
    stderr: stderr.join(''),
  };
}

function addedLine({ slice, map }: Extract<SliceResult, { kind: 'mapped' }>): string {
  const [line] = map.table;
  const target = line === undefined ? '' : targetArguments(line);
  return `add map ${map.name} (${keyOf(map.number)}): 0 ${slice.sectors} linear ${target}\n`;
}

const removalTexts: Readonly<Record<RemovalResult['kind'], (name: string) => string>> = {
  removed: (name) => `del devmap : ${name}`,
  'in-use': (name) => `${name} is in use. Not removing`,
  'not-linear': (name) => `${name}: is not a linear target. Not removing`,
  'not-a-partition': (name) => `${name}: is not a kpartx partition. Not removing`,
};

function removed(results: readonly RemovalResult[], verbose: boolean): CommandOutcome {
  const lines = results.map(({ kind, name }) => `${removalTexts[kind](name)}\n`);
  return {
    exitCode: results.some(({ kind }) => kind === 'in-use') ? 1 : 0,
    stdout: verbose ? lines.join('') : '',
    stderr: '',
  };
}
