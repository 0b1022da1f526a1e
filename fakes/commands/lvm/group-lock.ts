import type { Machine, SimulatedProcess } from '../../world/state.js';
import { parseVolumeName } from './names.js';

/** Commands that lock a group for writing while they work. */
const writers = ['lvcreate', 'lvremove', 'lvchange', 'lvextend', 'vgchange'];

/** How often LVM's lock is looked at; time does not pass for its sake. */
const lookAgainMs = 500;

/**
 * Waits while a command that hangs in the kernel keeps the lock of a group this one is about.
 * Nothing but the end of that command helps: LVM has no time limit here.
 *
 * @param operands - the command's; without any it is about every group it sees
 */
export async function waitForGroups(
  machine: Machine,
  operands: readonly string[],
  seen: () => readonly string[],
): Promise<void> {
  for (;;) {
    const stuck = stuckGroups(machine);
    if (stuck.length === 0) return;
    const wanted = operands.length === 0 ? seen() : groupsIn(machine, operands);
    if (!stuck.some((group) => wanted.includes(group))) return;
    await new Promise<void>((resolve) => {
      machine.world.clock.scheduleBackground(lookAgainMs, resolve);
    });
  }
}

function stuckGroups(machine: Machine): readonly string[] {
  return [...machine.processes.values()]
    .filter(({ state, argv }) => state === 'D' && writers.includes(argv[0] ?? ''))
    .flatMap((process) => groupsIn(machine, operandsOf(process)));
}

/** The last word of every writer names what it works on. */
function operandsOf({ argv }: SimulatedProcess): readonly string[] {
  return argv.slice(-1);
}

function groupsIn(machine: Machine, operands: readonly string[]): readonly string[] {
  return operands.flatMap((operand) => parseVolumeName(machine, operand)?.group ?? []);
}
