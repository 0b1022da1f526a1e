import { deviceAt } from '../block/devices.js';
import { settleUdev } from '../block/udev-queue.js';
import { otherRulesFor } from '../block/udev-rules.js';
import { reloadRules } from '../daemons/rule-files.js';
import type { Machine } from '../world/state.js';
import { flag, isGiven, lastValue, type OptionSpec, parseOptions, valued } from './getopt.js';
import {
  type CommandOutcome,
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type SimulatedCommand,
} from './types.js';

const defaultSettleSeconds = 120;

const udevadm: SimulatedCommand = async (machine, argv) => {
  const [, action, ...words] = argv;
  if (action === '--version' || action === 'version') {
    return printed(`${machine.tools.get('udevadm')?.version ?? ''}\n`);
  }
  if (action === 'settle') return settle(machine, words);
  if (action === 'info') return info(machine, argv, words);
  if (action === 'control') return control(machine, argv, words);
  return notSimulated(argv);
};

export const udevadmCommands: CommandTable = { udevadm: { kind: 'plain', run: udevadm } };

const settleOptions: readonly OptionSpec[] = [
  valued('timeout', 't'),
  valued('exit-if-exists', 'E'),
];

async function settle(machine: Machine, words: readonly string[]): Promise<CommandOutcome> {
  const parsed = parseOptions(words, settleOptions);
  if (parsed.kind === 'error') return failed(1, `udevadm: ${parsed.message}\n`);
  const text = lastValue(parsed.options, 'timeout') ?? String(defaultSettleSeconds);
  if (!/^\d+$/.test(text)) {
    return failed(1, `Failed to parse timeout value: ${text}: Invalid argument\n`);
  }
  const settled = await settleUdev(machine, Number(text) * 1000);
  return settled ? printed('') : failed(1, 'Timed out for waiting the udev queue being empty.\n');
}

/** `info --query property DEVICE`: what is known of it, as far as anybody here reads it. */
function info(
  machine: Machine,
  argv: Parameters<SimulatedCommand>[1],
  words: readonly string[],
): CommandOutcome {
  const [option, query, path = '', ...rest] = words;
  if (option !== '--query' || query !== 'property' || rest.length > 0) return notSimulated(argv);
  const device = deviceAt(machine, path);
  if (device === undefined) {
    return failed(1, `Unknown device "${path}": No such device\n`);
  }
  const { major, minor } = device.number;
  const isLeftAlone = otherRulesFor(machine, device) === 'off';
  const properties = [
    `DEVPATH=/devices/virtual/block/${device.kernelName}`,
    `DEVNAME=/dev/${device.kernelName}`,
    'DEVTYPE=disk',
    `MAJOR=${major}`,
    `MINOR=${minor}`,
    'SUBSYSTEM=block',
    ...(device.kind === 'map' ? [`DM_NAME=${device.name}`, `DM_UUID=${device.uuid}`] : []),
    ...(isLeftAlone ? ['DM_NOSCAN=1', 'DM_UDEV_DISABLE_OTHER_RULES_FLAG=1'] : []),
    `SYSTEMD_READY=${isLeftAlone ? '0' : '1'}`,
  ];
  return printed(properties.map((line) => `${line}\n`).join(''));
}

const controlOptions: readonly OptionSpec[] = [
  flag('reload', 'R'),
  { name: 'reload', long: 'reload-rules', argument: 'none' },
];

function control(
  machine: Machine,
  argv: Parameters<SimulatedCommand>[1],
  words: readonly string[],
): CommandOutcome {
  const parsed = parseOptions(words, controlOptions);
  if (parsed.kind === 'error') return failed(1, `udevadm: ${parsed.message}\n`);
  if (!isGiven(parsed.options, 'reload')) return notSimulated(argv);
  reloadRules(machine);
  return printed('');
}
