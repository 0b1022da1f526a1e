import type { Argv } from '../../../src/ports/index.js';
import type { Machine } from '../../world/state.js';
import { type CommandTable, notSimulated, printed, type SimulatedCommand } from '../types.js';
import { lvchange } from './lvchange.js';
import { lvcreate } from './lvcreate.js';
import { lvextend } from './lvextend.js';
import { lvremove } from './lvremove.js';
import { lvmconfig } from './lvmconfig.js';
import { pvscan } from './pvscan.js';
import { lvs, pvs, vgs } from './reports.js';
import { vgchange } from './vgchange.js';

const tools: Readonly<Record<string, SimulatedCommand>> = {
  lvs,
  vgs,
  pvs,
  pvscan,
  lvcreate,
  lvremove,
  lvchange,
  lvextend,
  vgchange,
  lvmconfig,
};

/** `lvm version` and `lvm <tool> ...`. */
const lvm: SimulatedCommand = async (machine, argv, stdin) => {
  const [, first, ...rest] = argv;
  if (first === 'version' || first === '--version') return printed(versionText(machine));
  const tool = first !== undefined && Object.hasOwn(tools, first) ? tools[first] : undefined;
  if (first === undefined || tool === undefined) return notSimulated(argv);
  const inner: Argv = [first, ...rest];
  return tool(machine, inner, stdin);
};

function versionText(machine: Machine): string {
  const library = machine.tools.get('dmsetup')?.version ?? '1.02.185 (2022-05-18)';
  const version = machine.tools.get('lvm')?.version ?? '';
  return `  LVM version:     ${version}\n  Library version: ${library}\n  Driver version:  4.47.0\n`;
}

/** Every LVM command, under its own name. */
export const lvmCommands: CommandTable = Object.fromEntries(
  Object.entries({ ...tools, lvm }).map(([name, run]) => [name, { kind: 'plain' as const, run }]),
);
