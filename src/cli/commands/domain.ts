import type { Command } from 'commander';
import { parseDomainDefinition } from '../../adapters/virsh/index.js';
import { XenBackupError } from '../../core/index.js';
import type { CliContext } from '../context.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { runCommand } from '../run-command.js';
import { answer, parseQuestion } from './domain-question.js';
import { type DomainContext, readLiveDefinition } from './domain-source.js';

/** Options of `domain`, as commander gives them. */
interface DomainOptions {
  readonly get: string;
  readonly file?: string;
  readonly host?: string;
  readonly json?: true;
}

/** Adds `domain`. */
export function registerDomainCommand(program: Command, context: CliContext): void {
  program
    .command('domain')
    .description("print values of a guest's definition, for scripts")
    .argument('[guest]', 'a guest of a host; leave it out with --file')
    .requiredOption('-g, --get <what>', 'disks, interfaces, or a path such as /domain/memory')
    .option('-f, --file <file>', 'a document that virsh dumpxml has printed')
    .option('-H, --host <host>', 'ask this host (default: the one that runs the guest)')
    .option('--json', 'print JSON')
    .action((guest: string | undefined, options: DomainOptions) =>
      runCommand(context, () => domainGet(context, guest, options)),
    )
    .addHelpText('after', helpText);
}

const helpText = `
What is printed:
  disks        a line for each: target, tab, source
  interfaces   a line for each: bridge, tab, MAC address
  PATH         a line for each match. Of XPath: child steps, [n], and a final
               @attribute. An element with nothing but text in it gives its
               text, any other its XML.
Nothing is printed and the exit code is 0 where nothing matches.

Examples:
  xen-backup domain dc1 --get disks
  xen-backup domain dc1 --get '/domain/devices/interface[2]/source/@bridge'
  xen-backup domain --file dumpxml.xml --get interfaces --json`;

/** The part of the context that `domain` needs. */
type DomainGetContext = DomainContext & Pick<CliContext, 'stdout' | 'files'>;

/** Prints what was asked of a definition. */
async function domainGet(
  context: DomainGetContext,
  guest: string | undefined,
  options: DomainOptions,
): Promise<ExitCode> {
  // Before any host is asked: a wrong question needs no answer.
  const question = parseQuestion(options.get);
  const definition = await definitionFor(context, guest, options);
  context.stdout(answer(question, definition, options.json === true ? 'json' : 'text'));
  return exitCodes.done;
}

async function definitionFor(
  context: DomainGetContext,
  guest: string | undefined,
  { file, host }: DomainOptions,
) {
  if (file !== undefined && guest === undefined && host === undefined) {
    return parseDomainDefinition(await readDocument(context, file));
  }
  if (file === undefined && guest !== undefined) return readLiveDefinition(context, guest, host);
  throw new XenBackupError('usage-invalid', {
    message: 'name a guest (and perhaps its --host), or a --file, one of them',
  });
}

async function readDocument(context: DomainGetContext, file: string): Promise<string> {
  const reading = await context.files.readText(file);
  switch (reading.kind) {
    case 'text':
      return reading.text;
    case 'absent':
      throw new XenBackupError('usage-invalid', {
        message: `${file}: there is no such file`,
        remedy: 'Name a file that virsh dumpxml has printed.',
      });
    case 'unreadable':
      throw new XenBackupError('file-unreadable', { message: `${file}: ${reading.reason}` });
  }
}
