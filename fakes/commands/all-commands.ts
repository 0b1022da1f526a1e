import type { Launcher } from '../runner/launcher.js';
import { blockCommands } from './block-commands.js';
import { fileCommands } from './files.js';
import { mountCommands } from './mount.js';
import { lockCommands } from './scripts/locks.js';
import { shellCommands } from './shell.js';
import type { CommandTable } from './types.js';
import { virshCommands } from './virsh.js';

/** Every simulated tool. Those that start others on other machines do it through the launcher. */
export function allCommands(_launcher: Launcher): CommandTable {
  return {
    ...blockCommands,
    ...virshCommands,
    ...mountCommands,
    ...fileCommands,
    ...lockCommands,
    ...shellCommands,
  };
}
