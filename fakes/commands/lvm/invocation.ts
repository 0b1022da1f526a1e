import type { Argv } from '../../../src/ports/index.js';
import { type LvmScan, scanLvm, type ScanScope } from '../../lvm/scan.js';
import type { Machine } from '../../world/state.js';
import { allValues, type OptionSpec, type ParsedOption, parseOptions } from '../getopt.js';
import { type CommandOutcome, failed } from '../types.js';
import { type LvmConfig, readConfig, scopeOf } from './config.js';
import { waitForGroups } from './group-lock.js';

/** A command line of LVM that could be read, and what it sees. */
export interface LvmInvocation {
  readonly machine: Machine;
  readonly tool: string;
  readonly argv: Argv;
  readonly options: readonly ParsedOption[];
  readonly operands: readonly string[];
  readonly config: LvmConfig;
  readonly scope: ScanScope;
  readonly scan: LvmScan;
}

/** Exit code of a command line that LVM cannot read. */
export const usageExit = 3;
/** Exit code of every other failure. */
export const failureExit = 5;

/**
 * Reads the options common to all LVM tools, applies `--config`, scans, waits for the locks of the
 * groups concerned, and hands over.
 */
export async function invokeLvm(
  machine: Machine,
  argv: Argv,
  specs: readonly OptionSpec[],
  run: (invocation: LvmInvocation) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  const [tool, ...words] = argv;
  const parsed = parseOptions(words, specs);
  if (parsed.kind === 'error') {
    const text = `${tool}: ${parsed.message}\n  Error during parsing of command line.\n`;
    return failed(usageExit, text);
  }
  const { options, operands } = parsed;
  const config = readConfig(machine, allValues(options, 'config'));
  if (config.kind === 'error') {
    return failed(usageExit, `${config.text}  Run \`${tool} --help' for more information.\n`);
  }
  const scope = scopeOf(config.config);
  await waitForGroups(machine, operands, () =>
    scanLvm(machine, scope).groups.map(({ metadata }) => metadata.name),
  );
  const scan = scanLvm(machine, scope);
  return run({ machine, tool, argv, options, operands, config: config.config, scope, scan });
}

/** Lines for stderr or stdout, indented as LVM does. */
export function lines(texts: readonly string[]): string {
  return texts.map((text) => `  ${text}\n`).join('');
}
