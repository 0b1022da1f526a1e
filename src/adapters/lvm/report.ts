import { z } from 'zod';
import { parseCount, parseJson } from '../shared/index.js';

/** A decimal count or size, as LVM prints numbers: text. */
export const count = z.string().transform((text, context) => {
  const value = parseCount(text);
  if (value === undefined) {
    context.addIssue({ code: 'custom', message: `not a count: ${JSON.stringify(text)}` });
    return z.NEVER;
  }
  return value;
});

/** A value that must be there. */
export const filled = z.string().min(1);

/** A value that LVM prints as empty text where there is none. */
export const optional = z.string().transform((text) => (text === '' ? undefined : text));

/** LVM's UUIDs: six groups of letters and digits. */
export const uuid = z
  .string()
  .regex(/^[A-Za-z0-9]{6}-[A-Za-z0-9]{4}(?:-[A-Za-z0-9]{4}){4}-[A-Za-z0-9]{6}$/);

/** `lv_attr`: one character for each property, lvs(8). Old versions print nine. */
export const attributes = z.string().regex(/^[A-Za-z0-9?-]{9,11}$/);

/**
 * The rows of one LVM report.
 *
 * @param kind - the report's own name for its rows: `vg`, `lv`, `pv` or `seg`
 * @throws `output-unexpected` when the text is not exactly one report of that kind.
 */
export function readReport<Row extends z.ZodType>(
  kind: 'vg' | 'lv' | 'pv' | 'seg',
  text: string,
  row: Row,
): readonly z.output<Row>[] {
  const schema = z.object({
    report: z.tuple([z.record(z.literal(kind), z.array(row))]),
  });
  return parseJson(`LVM ${kind} report`, text, schema).report[0][kind];
}

/** Hidden volumes are printed in brackets: `[tpool_tdata]`. */
export function withoutBrackets(name: string): string {
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}
