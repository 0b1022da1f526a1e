import type { Command } from 'commander';
import { hookScript } from '../../composition/hook/index.js';
import { XenBackupError } from '../../core/index.js';
import type { CliContext } from '../context.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { runCommand } from '../run-command.js';
import { renderLines } from '../text/index.js';
import { version } from '../version.js';

/** libvirt's drivers that call hooks, by the names of their hooks. */
const hookFiles = ['/etc/libvirt/hooks/libxl', '/etc/libvirt/hooks/qemu'];

/** Options of `hook`, as commander gives them. */
interface HookWords {
  readonly print?: true;
  readonly install?: true;
}

/** Adds `hook`. */
export function registerHookCommand(program: Command, context: CliContext): void {
  program
    .command('hook')
    .description('keep libvirt from starting a guest while its disks are written')
    .option('--print', 'print the hook, a shell script')
    .option('--install', 'write it to /etc/libvirt/hooks of this machine, where there is none')
    .action((words: HookWords) => runCommand(context, () => hook(context, words)))
    .addHelpText('after', helpText);
}

const helpText = `
A host with the hook starts no guest whose standby a run is writing, or which a
killed run has left open. Guests that are only read may start, all others too.
The hook needs sh and flock. libvirt sees a new hook when it is restarted.
Beside another hook it can be a file of its own in /etc/libvirt/hooks/libxl.d
(libvirt 6.5.0 and newer).

Examples:
  xen-backup hook --install
  xen-backup hook --print | ssh dom0b 'cat >/etc/libvirt/hooks/libxl'
  ssh dom0b chmod 755 /etc/libvirt/hooks/libxl`;

/** Prints or installs the hook. */
async function hook(
  context: Pick<CliContext, 'stdout' | 'files' | 'colours'>,
  { print, install }: HookWords,
): Promise<ExitCode> {
  const script = hookScript(`Made by xen-backup ${version}, hook --print.`);
  if ((print === true) === (install === true)) {
    throw new XenBackupError('usage-invalid', { message: 'say --print or --install, one of them' });
  }
  if (print === true) {
    context.stdout(script);
    return exitCodes.done;
  }
  for (const file of hookFiles) {
    await context.files.createFile(file, script, 0o755);
    context.stdout(renderLines([`wrote ${file}`], context.colours));
  }
  context.stdout(renderLines(['restart libvirt once, so that it sees them'], context.colours));
  return exitCodes.done;
}
