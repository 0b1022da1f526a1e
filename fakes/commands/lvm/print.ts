import type { ReportField } from './field.js';
import type { ReportRow } from './rows.js';
import { reportSize, type SizeFormat } from './sizes.js';

export interface Column {
  readonly name: string;
  readonly field: ReportField;
}

export interface PrintFormat {
  readonly layout: 'table' | 'json';
  readonly sizes: SizeFormat;
  readonly headings: 'shown' | 'hidden';
  /** Between columns; with anything but a blank, columns are not aligned. */
  readonly separator: string;
}

/** Prints a report; `key` is its name in JSON: `lv`, `seg`, `vg`, `pv`. */
export function printReport(
  key: string,
  columns: readonly Column[],
  rows: readonly ReportRow[],
  format: PrintFormat,
): string {
  const cells = rows.map((row) => columns.map(({ field }) => cellText(field, row, format.sizes)));
  return format.layout === 'json'
    ? printJson(key, columns, cells)
    : printTable(columns, cells, format);
}

function cellText(field: ReportField, row: ReportRow, sizes: SizeFormat): string {
  const value = field.value(row);
  switch (value.kind) {
    case 'text':
      return value.text;
    case 'number':
      return String(value.number);
    case 'bytes':
      return reportSize(value.bytes, sizes);
  }
}

function printJson(
  key: string,
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
): string {
  const objects = cells.map((row) => {
    const members = columns.map(({ name }, index) => `"${name}":${quote(row[index] ?? '')}`);
    return `                  {${members.join(', ')}}`;
  });
  return [
    '  {',
    '      "report": [',
    '          {',
    `              "${key}": [`,
    ...(objects.length === 0 ? [] : [objects.join(',\n')]),
    '              ]',
    '          }',
    '      ]',
    '  }',
    '',
  ].join('\n');
}

/** LVM escapes only what would end the string. */
function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function printTable(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  format: PrintFormat,
): string {
  if (cells.length === 0) return '';
  const heading = columns.map(({ field }) => field.heading);
  const headings = format.headings === 'shown' ? [heading] : [];
  const widths = columns.map(({ field }, index) =>
    Math.max(field.width, ...[...headings, ...cells].map((line) => (line[index] ?? '').length)),
  );
  const print = (line: readonly string[], aligns: readonly ReportField['align'][]): string =>
    `  ${line
      .map((text, index) => pad(text, format.separator === ' ' ? widths[index] : 0, aligns[index]))
      .join(format.separator)}\n`;
  // Headings stand at the left, also above numbers.
  return [
    ...headings.map((line) => print(line, [])),
    ...cells.map((line) =>
      print(
        line,
        columns.map(({ field }) => field.align),
      ),
    ),
  ].join('');
}

function pad(text: string, width = 0, align: ReportField['align'] = 'left'): string {
  return align === 'left' ? text.padEnd(width) : text.padStart(width);
}
