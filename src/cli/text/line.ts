import { styleText } from 'node:util';
import { printable } from '../../core/index.js';
import { clipToWidth, displayWidth } from './width.js';

/** How a part of a line looks where colours are wanted. */
export type TextStyle = 'plain' | 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** A part of a line in one style. A string is plain. */
export type Span = string | { readonly text: string; readonly style: TextStyle };

/**
 * One line of output. Escapes control characters only when it is rendered, all of them: so no text
 * of a guest or a tool can ever reach a terminal unescaped, whoever forgot to think of it.
 */
export type Line = string | readonly Span[];

/** Whether escape sequences for colours may be printed. */
export type Colours = 'colours' | 'no-colours';

export function styled(style: TextStyle, text: string): Span {
  return { text, style };
}

/** The parts of a line. */
export function spansOf(line: Line): readonly Span[] {
  return typeof line === 'string' ? [line] : line;
}

/** The line as text, without a newline. */
export function renderLine(line: Line, colours: Colours): string {
  return spansOf(line)
    .map((span) => (typeof span === 'string' ? printable(span) : paint(span, colours)))
    .join('');
}

/** Lines as text, each with its newline. */
export function renderLines(lines: readonly Line[], colours: Colours): string {
  return lines.map((line) => `${renderLine(line, colours)}\n`).join('');
}

function paint({ text, style }: Exclude<Span, string>, colours: Colours): string {
  const safe = printable(text);
  if (colours === 'no-colours' || style === 'plain' || safe === '') return safe;
  // Whether colours are wanted has been decided already, also for streams that are no terminal.
  return styleText(style, safe, { validateStream: false });
}

/** Columns that a line takes. */
export function lineWidth(line: Line): number {
  return spansOf(line).reduce((sum, span) => sum + displayWidth(printable(textOf(span))), 0);
}

/** The line cut to a number of columns; what is cut shows as `…`. */
export function clipLine(line: Line, columns: number): Line {
  if (lineWidth(line) <= columns) return line;
  let left = Math.max(0, columns - 1);
  const clipped: Span[] = [];
  for (const span of spansOf(line)) {
    if (left <= 0) break;
    const text = clipToWidth(printable(textOf(span)), left);
    left -= displayWidth(text);
    clipped.push(typeof span === 'string' ? text : { ...span, text });
  }
  return columns < 1 ? [] : [...clipped, '…'];
}

/** The line with blanks up to a number of columns. */
export function padLine(line: Line, columns: number): Line {
  const missing = columns - lineWidth(line);
  return missing > 0 ? [...spansOf(line), ' '.repeat(missing)] : line;
}

/** Lines moved to the right; an empty one stays empty. */
export function indent(lines: readonly Line[], columns: number): readonly Line[] {
  const blanks = ' '.repeat(columns);
  return lines.map((line) => (lineWidth(line) === 0 ? line : [blanks, ...spansOf(line)]));
}

/** Rows with columns below each other, two blanks between; the last column is not padded. */
export function tableLines(rows: readonly (readonly Line[])[]): readonly Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, lineWidth(cell));
    });
  }
  return rows.map((row) => {
    const last = row.findLastIndex((cell) => lineWidth(cell) > 0);
    return row.slice(0, last + 1).flatMap((cell, column): readonly Span[] => {
      if (column === last) return spansOf(cell);
      return [...spansOf(padLine(cell, widths[column] ?? 0)), '  '];
    });
  });
}

function textOf(span: Span): string {
  return typeof span === 'string' ? span : span.text;
}
