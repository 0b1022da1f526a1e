import { allMaps, keyOf, mapNamed } from '../block/devices.js';
import { createMap, removeMap } from '../block/maps.js';
import { targetStatus } from '../block/status.js';
import { parseTable, targetArguments } from '../block/table-text.js';
import type { MapDevice, Target } from '../block/types.js';
import { settleUdev } from '../block/udev-queue.js';
import { isSimulationError, type SimulationErrorCode } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { infoReport, knowsFields } from './dmsetup-info.js';
import {
  flag,
  isGiven,
  lastValue,
  type OptionSpec,
  type ParsedOption,
  parseOptions,
  valued,
} from './getopt.js';
import {
  type CommandOutcome,
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type SimulatedCommand,
} from './types.js';

const dmsetupOptions: readonly OptionSpec[] = [
  flag('columns', 'c'),
  { name: 'columns', short: 'C', argument: 'none' },
  flag('noheadings'),
  valued('separator'),
  valued('options', 'o'),
  valued('uuid', 'u'),
  flag('readonly', 'r'),
  valued('table'),
  flag('retry'),
  flag('force', 'f'),
  flag('noudevsync'),
  flag('noudevrules'),
  flag('noflush'),
  flag('addnodeoncreate'),
  flag('version'),
];

interface Invocation {
  readonly machine: Machine;
  readonly options: readonly ParsedOption[];
  /** Behind the subcommand. */
  readonly names: readonly string[];
  readonly stdin: string;
}

const commands: Readonly<
  Record<string, (invocation: Invocation) => Promise<CommandOutcome> | CommandOutcome>
> = {
  create,
  info: (invocation) =>
    listed(invocation, ({ machine, options }, maps) => printed(infoReport(machine, options, maps))),
  ls: ({ machine }) => printed(linesOrNone(allMaps(machine).map(listLine))),
  remove,
  status: (invocation) =>
    listed(invocation, ({ machine, names }, maps) =>
      printed(tableLines(maps, names, (map, target) => targetStatus(machine, map, target))),
    ),
  table,
  version: ({ machine }) => printed(versionText(machine)),
};

const dmsetup: SimulatedCommand = async (machine, argv, stdin) => {
  const parsed = parseOptions(argv.slice(1), dmsetupOptions);
  if (parsed.kind === 'error') {
    return failed(1, `dmsetup: ${parsed.message}\nCouldn't process command line.\n`);
  }
  const [name, ...names] = parsed.operands;
  const { options } = parsed;
  if (isGiven(options, 'version')) return printed(versionText(machine));
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return notSimulated(argv);
  // Only the columns are simulated, not the list for people.
  const isColumns = isGiven(options, 'columns') && knowsFields(options);
  if (name === 'info' && !isColumns) return notSimulated(argv);
  return command({ machine, options, names, stdin });
};

export const dmsetupCommands: CommandTable = { dmsetup: { kind: 'plain', run: dmsetup } };

function versionText(machine: Machine): string {
  const library = machine.tools.get('dmsetup')?.version ?? '';
  return `Library version:   ${library}\nDriver version:    4.47.0\n`;
}

function listLine({ name, number }: MapDevice): string {
  return `${name}\t(${keyOf(number)})`;
}

function linesOrNone(lines: readonly string[]): string {
  return lines.length === 0 ? 'No devices found\n' : lines.map((line) => `${line}\n`).join('');
}

/** All maps, or the ones named; one that is not there is an error of its own. */
function listed(
  invocation: Invocation,
  answer: (invocation: Invocation, maps: readonly MapDevice[]) => CommandOutcome,
): CommandOutcome {
  const { machine, names } = invocation;
  if (names.length === 0) {
    const maps = allMaps(machine);
    return maps.length === 0 ? printed('No devices found\n') : answer(invocation, maps);
  }
  const maps = names.flatMap((name) => mapNamed(machine, name) ?? []);
  if (maps.length < names.length) return failed(1, 'Device does not exist.\nCommand failed.\n');
  return answer(invocation, maps);
}

function table(invocation: Invocation): CommandOutcome {
  const { machine, names } = invocation;
  const absent = names.find((name) => mapNamed(machine, name) === undefined);
  if (absent !== undefined) return commandFailed(ioctlText('table', absent, '', 'not-found'));
  return listed(invocation, (_invocation, maps) =>
    printed(tableLines(maps, names, (_map, target) => targetArguments(target))),
  );
}

/** With one name only the lines; with several, and without any, each behind the map's name. */
function tableLines(
  maps: readonly MapDevice[],
  names: readonly string[],
  text: (map: MapDevice, target: Target) => string,
): string {
  return maps
    .flatMap((map) =>
      map.table.map((target) => {
        const prefix = names.length === 1 ? '' : `${map.name}: `;
        return `${prefix}${target.start} ${target.sectors} ${target.kind} ${text(map, target)}\n`;
      }),
    )
    .join('');
}

/** How long dmsetup waits for udev before it goes on. */
const udevLimitMs = 180_000;

async function create({ machine, options, names, stdin }: Invocation): Promise<CommandOutcome> {
  const [name, ...others] = names;
  if (name === undefined) return commandFailed('Please provide a name for the new device.');
  if (others.length > 0) return failed(1, 'Incorrect number of arguments.\n');
  const uuid = lastValue(options, 'uuid') ?? '';
  if (Buffer.byteLength(name) > 127) return commandFailed(`Name "${name}" too long.`);
  try {
    createMap(machine, {
      name,
      uuid,
      access: isGiven(options, 'readonly') ? 'read-only' : 'read-write',
      table: parseTable(machine, lastValue(options, 'table') ?? stdin),
    });
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    const isTaken = error.code === 'already-exists';
    return commandFailed(
      isTaken ? ioctlText('create', name, uuid, 'busy') : ioctlText('reload', name, '', error.code),
    );
  }
  await settleUdev(machine, udevLimitMs);
  return printed('');
}

/** `--retry` tries so often and waits so long in between. */
const retries = 25;
const retryDelayMs = 200;

async function remove({ machine, options, names }: Invocation): Promise<CommandOutcome> {
  const complaints: string[] = [];
  let failures = 0;
  for (const name of names) {
    const attempts = isGiven(options, 'retry') ? retries : 1;
    const result = await removeOne(machine, name, attempts);
    complaints.push(...result.complaints);
    if (result.kind === 'failed') failures += 1;
  }
  const stderr = complaints.map((line) => `${line}\n`).join('');
  if (names.length === 0 || failures > 0) return failed(1, `${stderr}Command failed.\n`);
  await settleUdev(machine, udevLimitMs);
  return { exitCode: 0, stdout: '', stderr };
}

/** Every attempt that finds the map busy prints its own line, also when a later one succeeds. */
async function removeOne(
  machine: Machine,
  name: string,
  attempts: number,
): Promise<{ kind: 'removed' | 'failed'; complaints: readonly string[] }> {
  const complaints: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await machine.world.clock.sleep(retryDelayMs);
    try {
      removeMap(machine, name);
      return { kind: 'removed', complaints };
    } catch (error) {
      if (!isSimulationError(error)) throw error;
      complaints.push(ioctlText('remove', name, '', error.code));
      if (error.code !== 'busy') break;
    }
  }
  return { kind: 'failed', complaints };
}

const errnoTexts: Readonly<Partial<Record<SimulationErrorCode, string>>> = {
  busy: 'Device or resource busy',
  'device-missing': 'No such device',
  'input-output': 'Input/output error',
  'not-found': 'No such device or address',
};

/** libdevmapper's line for a failed ioctl. */
export function ioctlText(
  ioctl: string,
  name: string,
  uuid: string,
  code: SimulationErrorCode,
): string {
  const reason = errnoTexts[code] ?? 'Invalid argument';
  return `device-mapper: ${ioctl} ioctl on ${name} ${uuid} failed: ${reason}`;
}

function commandFailed(text: string): CommandOutcome {
  return failed(1, `${text}\nCommand failed.\n`);
}
