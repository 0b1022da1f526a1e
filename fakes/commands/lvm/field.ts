import type { ReportRow } from './rows.js';

/** A value of a report before it is formatted. */
export type FieldValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'bytes'; readonly bytes: number };

/** What a column tells of: a segment's column makes a report of segments. */
export type FieldSubject = 'volume' | 'segment' | 'group' | 'physical-volume';

/** A column that a report can show. */
export interface ReportField {
  readonly heading: string;
  /** Least width in the table for people. */
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly about: FieldSubject;
  readonly value: (row: ReportRow) => FieldValue;
}

/** Makes the columns of one subject, whose rows all carry that subject. */
export interface FieldMaker<T> {
  text(heading: string, value: (subject: T) => string, width?: number): ReportField;
  number(heading: string, value: (subject: T) => number): ReportField;
  bytes(heading: string, value: (subject: T) => number): ReportField;
}

/**
 * @param subjectOf - takes the subject out of a row; `undefined` prints an empty text, or 0 in a
 * column of numbers, as LVM does for the group of an orphan.
 */
export function fieldMaker<T>(
  about: FieldSubject,
  subjectOf: (row: ReportRow) => T | undefined,
): FieldMaker<T> {
  const field = (
    heading: string,
    align: ReportField['align'],
    width: number,
    absent: FieldValue,
    value: (subject: T) => FieldValue,
  ): ReportField => ({
    heading,
    width,
    align,
    about,
    value: (row) => {
      const subject = subjectOf(row);
      return subject === undefined ? absent : value(subject);
    },
  });
  const asText =
    (value: (subject: T) => string) =>
    (subject: T): FieldValue => ({ kind: 'text', text: value(subject) });
  return {
    text: (heading, value, width = 0) =>
      field(heading, 'left', width, { kind: 'text', text: '' }, asText(value)),
    number: (heading, value) =>
      field(heading, 'right', 0, { kind: 'number', number: 0 }, (subject) => ({
        kind: 'number',
        number: value(subject),
      })),
    bytes: (heading, value) =>
      field(heading, 'right', 0, { kind: 'bytes', bytes: 0 }, (subject) => ({
        kind: 'bytes',
        bytes: value(subject),
      })),
  };
}
