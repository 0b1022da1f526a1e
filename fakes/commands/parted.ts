import { deviceAt } from '../block/devices.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { flag, isGiven, type OptionSpec, parseOptions } from './getopt.js';
import { humanText, jsonText, machineText, type PartedUnit } from './parted-print.js';
import { partedDisk } from './parted-view.js';
import {
  type CommandOutcome,
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type SimulatedCommand,
} from './types.js';

const partedOptions: readonly OptionSpec[] = [
  flag('script', 's'),
  flag('machine', 'm'),
  flag('json', 'j'),
  flag('version', 'v'),
];

const parted: SimulatedCommand = async (machine, argv) => {
  const parsed = parseOptions(argv.slice(1), partedOptions);
  if (parsed.kind === 'error') {
    return failed(
      1,
      `parted: ${parsed.message}\nUsage: parted [-hlmsfv] [-a<align>] [DEVICE [COMMAND [PARAMETERS]]...]\n`,
    );
  }
  const { options, operands } = parsed;
  if (isGiven(options, 'version')) return printed(versionText(machine));
  const [path, ...command] = operands;
  const unit = unitOf(command);
  if (path === undefined || unit === undefined || !isGiven(options, 'script')) {
    return notSimulated(argv);
  }
  const layout = isGiven(options, 'json')
    ? 'json'
    : isGiven(options, 'machine')
      ? 'machine'
      : 'human';
  return print(machine, path, layout, unit);
};

export const partedCommands: CommandTable = { parted: { kind: 'plain', run: parted } };

/** `print`, or `unit B print`; anything else is not simulated. */
function unitOf(command: readonly string[]): PartedUnit | undefined {
  const text = command.join(' ');
  if (text === 'print') return 'compact';
  return text === 'unit B print' ? 'bytes' : undefined;
}

const layouts = { json: jsonText, machine: machineText, human: humanText };

function print(
  machine: Machine,
  path: string,
  layout: keyof typeof layouts,
  unit: PartedUnit,
): CommandOutcome {
  const device = deviceAt(machine, path);
  if (device === undefined) {
    return failed(1, `Error: Could not stat device ${path} - No such file or directory.\n`);
  }
  // libparted leaves names in /dev/mapper alone and resolves every other link.
  const shown = path.startsWith('/dev/mapper/') ? path : `/dev/${device.kernelName}`;
  try {
    const disk = partedDisk(machine, device, shown);
    return {
      exitCode: disk.label === 'unknown' ? 1 : 0,
      stdout: layouts[layout](disk, unit),
      stderr: disk.complaint === undefined ? '' : `${disk.complaint}\n`,
    };
  } catch (error) {
    if (!isSimulationError(error, 'input-output')) throw error;
    return failed(1, `Error: Input/output error during read on ${shown}\n`);
  }
}

function versionText(machine: Machine): string {
  return [
    `parted (GNU parted) ${machine.tools.get('parted')?.version ?? ''}`,
    'Copyright (C) 2022 Free Software Foundation, Inc.',
    'License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.',
    'This is free software: you are free to change and redistribute it.',
    'There is NO WARRANTY, to the extent permitted by law.',
    '',
  ].join('\n');
}
