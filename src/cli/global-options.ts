import { type Command, InvalidArgumentError, Option } from 'commander';
import { XenBackupError } from '../core/index.js';
import { defaultConfigurationFile } from '../config/index.js';
import {
  defaultFacility,
  isFacility,
  syslogFacilities,
  type SyslogFacility,
} from './log/syslog.js';
import type { Verbosity } from './verbosity.js';

/** Options that stand before or after any command. */
export interface GlobalOptions {
  readonly config?: string;
  readonly confDir?: string;
  readonly simulate?: string;
  readonly world?: string;
  readonly verbose?: number;
  readonly quiet?: true;
  readonly logFormat: 'text' | 'json';
  readonly syslog?: SyslogFacility;
}

/** Adds them to the program. */
export function addGlobalOptions(program: Command): void {
  program
    .option('--config <file>', `configuration (default: ${defaultConfigurationFile})`)
    .option('--conf-dir <dir>', 'directory with *.conf files of the kind DOMU=, DOM0S=, read too')
    .option('--simulate <file>', 'run on the simulated hosts of a scenario instead of real ones')
    .option('--world <file>', 'with --simulate: keep what happened for the next invocation')
    .option(
      '-v, --verbose',
      'tell details; twice: every command too',
      (_, count: number) => count + 1,
      0,
    )
    .option('-q, --quiet', 'tell problems only')
    .addOption(
      new Option('--log-format <format>', 'form of the log on stderr')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option(
      '--syslog [facility]',
      `log to syslog too (default facility: ${defaultFacility})`,
      parseFacility,
    );
}

/** `--syslog run` would take the command for the facility: an option alone means the default. */
export function separateSyslog(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return argv.map((word, index) =>
    word === '--syslog' && (end === -1 || index < end) ? `--syslog=${defaultFacility}` : word,
  );
}

/** @throws `usage-invalid` for options that contradict each other. */
export function requireConsistent({ quiet, verbose, simulate, world }: GlobalOptions): void {
  if (quiet === true && verbose !== undefined && verbose > 0) {
    throw new XenBackupError('usage-invalid', {
      message: '--quiet and --verbose exclude each other',
    });
  }
  if (world !== undefined && simulate === undefined) {
    throw new XenBackupError('usage-invalid', {
      message: '--world keeps a simulated world: name its scenario with --simulate',
    });
  }
}

/** How much is to be told. */
export function verbosityOf({ quiet, verbose = 0 }: GlobalOptions): Verbosity {
  if (quiet === true) return 'quiet';
  if (verbose === 0) return 'normal';
  return verbose === 1 ? 'verbose' : 'commands';
}

function parseFacility(text: string): SyslogFacility {
  if (isFacility(text)) return text;
  throw new InvalidArgumentError(`It is one of ${syslogFacilities.join(', ')}.`);
}
