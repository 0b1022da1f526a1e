import type { Command } from 'commander';
import {
  configurationJsonSchemaText,
  defaultConfigurationFile,
  importConfDirectory,
  renderConfiguration,
  starterConfiguration,
} from '../../config/index.js';
import { count } from '../count.js';
import type { CliContext } from '../context.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { runCommand } from '../run-command.js';
import { renderLines, styled } from '../text/index.js';

/** Adds `config` and what is below it. */
export function registerConfigCommands(program: Command, context: CliContext): void {
  const config = program.command('config').description('look at, check or make the configuration');
  config
    .command('check')
    .description('report every problem of the configuration as file:line:col')
    .action(() => runCommand(context, configCheck));
  config
    .command('show')
    .description('print the configuration in effect as YAML, every default said')
    .action(() => runCommand(context, configShow));
  config
    .command('schema')
    .description('print the JSON schema that describes every key, for editors')
    .action(() => runCommand(context, configSchema));
  config
    .command('init')
    .description('write a starter file with comments; asks nothing, overwrites nothing')
    .option('-o, --output <file>', 'where to write it; - is stdout (default: the file of --config)')
    .action((options: OutputOption) => runCommand(context, () => configInit(context, options)));
  config
    .command('import')
    .description('turn *.conf files of the kind DOMU=, DOM0S= into YAML')
    .argument('<directory>', 'directory with *.conf files')
    .option('-o, --output <file>', 'a new file to write to; - is stdout', '-')
    .action((directory: string, options: OutputOption) =>
      runCommand(context, () => configImport(context, directory, options)),
    )
    .addHelpText(
      'after',
      '\nExample:\n  xen-backup config import /etc/xen-backup/old -o /etc/xen-backup/config.yaml',
    );
}

/** `--output`. */
interface OutputOption {
  readonly output?: string;
}

/** Reads the configuration and says what it holds. Problems leave as `configuration-invalid`. */
async function configCheck(context: CliContext): Promise<ExitCode> {
  const { configuration, files } = await context.readConfiguration();
  const { hosts, guests } = configuration;
  const summary = `${count(hosts.length, 'host')}, ${count(guests.length, 'guest')}`;
  const lines = [
    [styled('green', 'OK'), `  ${summary}, from ${count(files.length, 'file')}:`],
    ...files.map((file) => `    ${file}`),
  ];
  context.stdout(renderLines(lines, context.colours));
  return exitCodes.done;
}

/** Prints the configuration in effect. */
async function configShow(context: CliContext): Promise<ExitCode> {
  context.stdout(renderConfiguration(await context.readConfiguration()));
  return exitCodes.done;
}

/** Prints the JSON schema. */
async function configSchema(context: CliContext): Promise<ExitCode> {
  context.stdout(configurationJsonSchemaText());
  return exitCodes.done;
}

/** Writes the starter file, to where the configuration is looked for unless told otherwise. */
async function configInit(context: CliContext, options: OutputOption): Promise<ExitCode> {
  const output = options.output ?? context.configurationRequest().file ?? defaultConfigurationFile;
  return write(context, output, starterConfiguration);
}

/** Turns the 2009 script's files into YAML. */
async function configImport(
  context: CliContext,
  directory: string,
  options: OutputOption,
): Promise<ExitCode> {
  const yaml = await importConfDirectory(context.files, directory);
  return write(context, options.output ?? '-', yaml);
}

async function write(context: CliContext, output: string, text: string): Promise<ExitCode> {
  if (output === '-') context.stdout(text);
  else {
    await context.files.createFile(output, text);
    context.stdout(renderLines([`wrote ${output}`], context.colours));
  }
  return exitCodes.done;
}
