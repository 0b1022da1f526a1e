import { parseOptions, type OptionSpec, valued } from '../getopt.js';
import { failed, notSimulated, printed, type SimulatedCommand } from '../types.js';
import { failureExit, usageExit } from './invocation.js';

const configOptions: readonly OptionSpec[] = [valued('config'), valued('type')];

/** lvmconfig of one setting: its line when lvm.conf sets it, else exit code 5. */
export const lvmconfig: SimulatedCommand = async (machine, argv) => {
  const parsed = parseOptions(argv.slice(1), configOptions);
  if (parsed.kind === 'error') {
    return failed(
      usageExit,
      `lvmconfig: ${parsed.message}\n  Error during parsing of command line.\n`,
    );
  }
  const [node, ...others] = parsed.operands;
  if (node === undefined || others.length > 0 || parsed.options.length > 0) {
    return notSimulated(argv);
  }
  const { globalFilter, scanLogicalVolumes } = machine.lvmSettings;
  if (node === 'devices/global_filter' && globalFilter.length > 0) {
    const patterns = globalFilter.map((pattern) => JSON.stringify(pattern)).join(',');
    const value = globalFilter.length === 1 ? patterns : `[${patterns}]`;
    return printed(`global_filter=${value}\n`);
  }
  if (node === 'devices/scan_lvs' && scanLogicalVolumes === 'on') return printed('scan_lvs=1\n');
  return failed(failureExit, `  Configuration node ${node} not found\n`);
};
