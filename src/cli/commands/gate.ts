import { type Command, Option } from 'commander';
import {
  decide,
  gateGrammar,
  type GateLimits,
  type GateRole,
  gateRoles,
  printGate,
  refusedLine,
} from '../../composition/gate/index.js';
import { printable } from '../../core/index.js';
import type { CliContext } from '../context.js';
import type { ExitCode } from '../exit-codes.js';
import { exitCodes } from '../exit-codes.js';
import { type ForcedCommand, forcedCommand } from '../forced-command.js';
import { runCommand } from '../run-command.js';
import { version } from '../version.js';

/** What a shell says of a command that may not be executed. */
const refusedExitCode = 126;

/** Options of `gate`, as commander gives them. */
interface GateWords {
  readonly print?: true;
  readonly role: GateRole;
  readonly guest?: readonly string[];
  readonly volumeGroup?: readonly string[];
  readonly disk?: readonly string[];
  readonly stateDir?: string;
}

type GateContext = Pick<CliContext, 'stdout' | 'stderr'>;

/** Adds `gate`. */
export function registerGateCommand(
  program: Command,
  context: CliContext,
  forced: ForcedCommand = forcedCommand(process.env),
): void {
  program
    .command('gate')
    .description('let commands of xen-backup through SSH, and nothing else')
    .option('--print', 'print the filter as a shell script, for hosts without Node')
    .addOption(new Option('--role <role>', 'what this host is').choices(gateRoles).default('both'))
    .option('--guest <guest...>', 'only these guests')
    .option('--volume-group <group...>', 'only volumes in these volume groups')
    .option('--disk <path...>', 'image files and devices that are no volumes (default: none)')
    .option('--state-dir <directory>', 'stateDir of the configuration')
    .action((words: GateWords) => runCommand(context, () => gate(context, words, forced)))
    .addHelpText('after', helpText);
}

const helpText = `
For authorized_keys on each host that xen-backup reaches by SSH. It reads
SSH_ORIGINAL_COMMAND and runs it if xen-backup itself could have sent it;
everything else is refused with exit code 126, a line on stderr and one in the
host's auth log. The printed script does the same and needs nothing but sh;
called with "check" it says what would become of a command, and runs nothing.

Example, on the host dom0b, where no guest is ever copied from:
  xen-backup gate --print --role target >/usr/local/sbin/xen-backup-gate
  chmod 755 /usr/local/sbin/xen-backup-gate
and in /root/.ssh/authorized_keys, on one line:
  restrict,command="exec /usr/local/sbin/xen-backup-gate" ssh-ed25519 AAAA...`;

/** Prints the filter, or is it. */
async function gate(
  context: GateContext,
  words: GateWords,
  forced: ForcedCommand,
): Promise<ExitCode> {
  const grammar = gateGrammar(limitsOf(words));
  if (words.print === true) {
    context.stdout(printGate(grammar, aboutOf(words)));
    return exitCodes.done;
  }
  const verdict = decide(grammar, forced.wanted ?? '');
  if (verdict.kind === 'allowed') return forced.execute(verdict.argv);
  const wanted = printable(verdict.command.slice(0, 300)) || 'no command';
  // Whoever sent it with our start script waits for its first line.
  if (verdict.origin === 'control') context.stdout(`${refusedLine}\n`);
  context.stderr(`xen-backup-gate: refused: ${wanted}\n`);
  await forced.warn(`refused, from ${forced.address}: ${wanted}`);
  return refusedExitCode;
}

function limitsOf({ role, guest, volumeGroup, disk, stateDir }: GateWords): GateLimits {
  return {
    role,
    ...(guest === undefined ? {} : { guests: guest }),
    ...(volumeGroup === undefined ? {} : { volumeGroups: volumeGroup }),
    ...(disk === undefined ? {} : { disks: disk }),
    ...(stateDir === undefined ? {} : { stateDirectory: stateDir }),
  };
}

/** Tells whoever finds the script what it is. */
function aboutOf({
  role,
  guest = [],
  volumeGroup = [],
  disk = [],
  stateDir,
}: GateWords): readonly string[] {
  const limits = [
    `role ${role}`,
    ...guest.map((name) => `guest ${printable(name)}`),
    ...volumeGroup.map((name) => `volume group ${printable(name)}`),
    ...disk.map((path) => `disk ${printable(path)}`),
    ...(stateDir === undefined ? [] : [`state in ${printable(stateDir)}`]),
  ];
  return [
    `Made by xen-backup ${version}, gate --print: ${limits.join(', ')}.`,
    'Lets commands of xen-backup through SSH, and nothing else. In authorized_keys:',
    '  restrict,command="exec /usr/local/sbin/xen-backup-gate" ssh-ed25519 AAAA...',
    'Another version of xen-backup may need another one. Do not edit.',
  ];
}
