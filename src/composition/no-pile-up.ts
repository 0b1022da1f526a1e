import { type HostName, isXenBackupError, XenBackupError } from '../core/index.js';
import type { Argv, CommandRunner } from '../ports/index.js';
import { watchedCommand } from './watched-command.js';

/** LVM's commands wait for one another's lock, so they hang together. */
const lvm = /^(?:lv|vg|pv)[a-z]+$/;

/**
 * What hangs together: commands of LVM, the same command of virsh, else the tool with its
 * subcommand, so that `dmsetup remove` is still tried after a `dmsetup create` that hangs. A script
 * of ours counts by its name.
 */
function kindOf(argv: Argv): string {
  const [tool, first = '', , name = ''] = argv;
  if (lvm.test(tool)) return 'LVM';
  if (tool === 'sh' && first === '-c') return name;
  return /^[a-z]/.test(first) || /^-[ad]$/.test(first) ? `${tool} ${first}` : tool;
}

/**
 * A runner that starts nothing of a kind of which a command hangs: one that was stopped and could
 * not be proven dead (state D: a disk or a lock that never answers). Every further one would hang
 * too, and hold on to what the first holds.
 */
export function withoutPileUp(runner: CommandRunner, host: HostName): CommandRunner {
  const hanging = new Map<string, string>();
  const requireFree = (argv: Argv): void => {
    const first = hanging.get(kindOf(argv));
    if (first === undefined) return;
    throw new XenBackupError('command-stop-unproven', {
      message: `${argv[0]} is not started on ${host}, because an earlier command hangs there: ${first}`,
      details: { host, argv: [...argv] },
    });
  };
  const watch = async <T>(argv: Argv, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      // With a cause, the host could not be asked: that says nothing about the command.
      if (isXenBackupError(error, 'command-stop-unproven') && error.cause === undefined) {
        hanging.set(kindOf(argv), error.message);
      }
      throw error;
    }
  };
  return {
    run: async (command) => {
      requireFree(command.argv);
      return watch(command.argv, () => runner.run(command));
    },
    start: async (command) => {
      requireFree(command.argv);
      const running = await watch(command.argv, () => runner.start(command));
      return watchedCommand(running, {
        result: (result) => watch(command.argv, () => result),
        stop: (stop) => watch(command.argv, stop),
      });
    },
  };
}
