import { z } from 'zod';

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};

const sizePattern = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:iB|B)?$/;

/** `100MiB`, `1.5G`, `512`: bytes, K, M, G, T are powers of 1024. */
/** Bytes that a disk reads and writes at the least. */
export const sectorSizeSchema = z
  .union([z.literal(512), z.literal(4096)])
  .meta({ description: 'Bytes of a logical sector. Default: 512.' });

export const sizeSchema = z
  .union([z.string().regex(sizePattern, 'expected a size such as 100MiB'), z.int().min(0)])
  .meta({ description: 'A size: 100MiB, 1.5G; a number is bytes.', examples: ['100MiB', '2G'] })
  .transform((value) => {
    if (typeof value === 'number') return value;
    const [, number = '', unit = ''] = sizePattern.exec(value) ?? [];
    return Math.round(Number(number) * (sizeUnits[unit] ?? 1));
  });

const durationPattern = /^(\d+(?:\.\d+)?) ?(ms|s|m|h)$/;
const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `2s`, `10m`: milliseconds. */
export const durationSchema = z
  .string()
  .regex(durationPattern, 'expected a duration such as 500ms or 2s')
  .meta({ description: 'Simulated time: 500ms, 2s, 10m, 1h.', examples: ['500ms', '2s'] })
  .transform((value) => {
    const [, number = '', unit = ''] = durationPattern.exec(value) ?? [];
    return Math.round(Number(number) * (durationUnits[unit] ?? 1));
  });

/** Seconds and nanoseconds of an ISO 8601 time with up to nine decimals. */
export const timestampSchema = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)?$/,
    'expected a time such as 2026-01-31T12:00:00.123456789Z',
  )
  .meta({ description: 'A time in UTC, to the nanosecond.' });

/** Octal as people write modes: `0644`, `"4755"`. */
export const modeSchema = z
  .union([
    z.string().regex(/^0?[0-7]{1,5}$/, 'expected an octal mode such as "0644"'),
    z.int().min(0),
  ])
  .meta({ description: 'Permissions, in octal: "0644".', examples: ['0644'] })
  .transform((value) => Number.parseInt(String(value), 8));
