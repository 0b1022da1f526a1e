import { KernelError } from '../filesystem/errno.js';
import { listDirectory, readText } from '../filesystem/files.js';
import type { Machine, UdevRuleFile } from '../world/state.js';

/** Where rules of the machine's own lie; the distribution's are built into the simulation. */
const ruleDirectories = ['/etc/udev/rules.d', '/run/udev/rules.d'];

/** What udev knows from now on: the rule files as they stand on the machine's disk. */
export function reloadRules(machine: Machine): void {
  machine.udev.rules = ruleDirectories.flatMap((directory) => rulesIn(machine, directory));
}

function rulesIn(machine: Machine, directory: string): readonly UdevRuleFile[] {
  try {
    return listDirectory(machine, directory)
      .map(({ name }) => `${directory}/${name}`)
      .filter((path) => path.endsWith('.rules'))
      .map((path) => ({ path, text: readText(machine, path) }));
  } catch (error) {
    if (error instanceof KernelError && error.errno === 'ENOENT') return [];
    throw error;
  }
}
