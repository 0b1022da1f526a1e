import { blockCommands } from './block-commands.js';
import { fileCommands } from './files.js';
import { mountCommands } from './mount.js';
import { rsyncCommands } from './rsync.js';
import { lockCommands } from './scripts/locks.js';
import { shellCommands } from './shell.js';
import { sshCommands } from './ssh.js';
import { systemdCommands } from './systemd.js';
import type { CommandTable } from './types.js';
import { virshCommands } from './virsh.js';

/** Every simulated tool. */
export const allCommands: CommandTable = {
  ...blockCommands,
  ...virshCommands,
  ...mountCommands,
  ...fileCommands,
  ...lockCommands,
  ...shellCommands,
  ...rsyncCommands,
  ...sshCommands,
  ...systemdCommands,
};
