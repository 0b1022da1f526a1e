import { type OptionSpec, flag, isGiven, lastValue, type ParsedOption, valued } from '../getopt.js';
import type { PrintFormat } from './print.js';
import { defaultSizeFormat, isSizeUnit } from './sizes.js';

/** Options every LVM command takes and that change nothing in a simulation. */
export const commonOptions: readonly OptionSpec[] = [
  valued('config'),
  flag('yes', 'y'),
  flag('quiet', 'q'),
  flag('verbose', 'v'),
  flag('debug', 'd'),
  flag('nolocking'),
  valued('nohints'),
  valued('devicesfile'),
  valued('driverloaded'),
  valued('journal'),
];

/** Options of lvs, vgs and pvs. */
export const reportOptions: readonly OptionSpec[] = [
  ...commonOptions,
  flag('all', 'a'),
  valued('options', 'o'),
  flag('segments'),
  valued('reportformat'),
  valued('units'),
  flag('nosuffix'),
  flag('noheadings'),
  valued('separator'),
  flag('unbuffered'),
  flag('aligned'),
  flag('readonly'),
  flag('ignorelockingfailure'),
];

export type FormatResult =
  | { readonly kind: 'format'; readonly format: PrintFormat }
  | { readonly kind: 'error'; readonly text: string };

/** How a report is to be printed, or LVM's complaint about it (exit code 3). */
export function formatOf(tool: string, options: readonly ParsedOption[]): FormatResult {
  const layout = lastValue(options, 'reportformat') ?? 'basic';
  if (!['basic', 'json', 'json_std'].includes(layout)) {
    return {
      kind: 'error',
      text: `  Invalid argument for --reportformat: ${layout}\n  Error during parsing of command line.\n`,
    };
  }
  const unit = lastValue(options, 'units') ?? defaultSizeFormat.unit;
  if (!isSizeUnit(unit)) {
    return {
      kind: 'error',
      text: `  Invalid units specification\n  Run \`${tool} --help' for more information.\n`,
    };
  }
  return {
    kind: 'format',
    format: {
      layout: layout === 'basic' ? 'table' : 'json',
      sizes: { unit, suffix: isGiven(options, 'nosuffix') ? 'hidden' : 'shown' },
      headings: isGiven(options, 'noheadings') ? 'hidden' : 'shown',
      separator: lastValue(options, 'separator') ?? ' ',
    },
  };
}
