import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { SampleCommands } from './command-runner.contract.js';

/** Samples for any host with a POSIX shell. */
export const shellCommands: SampleCommands = {
  prints: { argv: ['printf', '%s\\n', 'a  b', '$HOME', "it's"], stdout: "a  b\n$HOME\nit's\n" },
  fails: { argv: ['ls', '/nowhere at all'], exitCode: 2, stderr: /No such file or directory/ },
  missing: ['xen-backup-no-such-tool', '--version'],
  hangs: ['sleep', '600'],
  copiesInput: ['cat'],
  floods: ['yes', 'much too much'],
  leaves: ['sh', '-c', 'sleep 600 & echo $!; exit 3'],
  stubborn: [
    'sh',
    '-c',
    'trap "" TERM; sh -c \'trap "" TERM; echo $$; while :; do sleep 1; done\' & wait',
  ],
};

/** Whether a process lives on this machine; a zombie does not. */
export function isAliveHere(processId: number): boolean {
  const path = `/proc/${processId}/stat`;
  if (!existsSync(path)) return false;
  const stat = readFileSync(path, 'utf8');
  const state = stat.slice(stat.lastIndexOf(') ') + 2).charAt(0);
  return state !== 'Z' && state !== 'X';
}

/** Kills every process of this machine that has this very argument. */
export function killByArgument(argument: string): void {
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const path = `/proc/${entry}/cmdline`;
    const argv = existsSync(path) ? readFileSync(path, 'utf8').split('\0') : [];
    if (argv.includes(argument)) process.kill(Number(entry), 'SIGKILL');
  }
}
