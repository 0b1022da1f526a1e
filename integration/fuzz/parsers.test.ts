import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCatalogue, isXenBackupError } from '../../src/core/errors/index.js';
import { mutated } from './mutate.js';
import { type Parser, parsers } from './parsers.js';

/** Another seed, and more of it: `FUZZ_SEED=$RANDOM FUZZ_RUNS=5000 npx vitest run integration/fuzz`. */
const seed = Number(process.env['FUZZ_SEED'] ?? 2009);
const runs = Number(process.env['FUZZ_RUNS'] ?? 60);
/** Of processor time: the machine may have other work. */
const limitMs = 2_000;

/** What a parser made of a text: its value, or nothing because it refused in our own words. */
function answer<Value>(parse: (text: string) => Value, text: string): Value | undefined {
  const begun = process.cpuUsage();
  try {
    return parse(text);
  } catch (error) {
    if (!isXenBackupError(error)) throw error;
    expect(Object.keys(errorCatalogue)).toContain(error.code);
    // It is shown and logged: a megabyte of a guest's must not be repeated in full.
    expect(JSON.stringify([error.message, error.details]).length).toBeLessThan(20_000);
    return undefined;
  } finally {
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(limitMs);
  }
}

function judge({ parse, problemWith }: Parser, text: string): void {
  const value = answer(parse, text);
  if (value !== undefined) expect(problemWith(value, text)).toBeUndefined();
}

describe.each(parsers)('$name', (parser) => {
  it('understands what was recorded, and all of it', () => {
    for (const text of parser.texts) {
      const value = parser.parse(text);
      expect(value).toBeDefined();
      expect(parser.problemWith(value, text)).toBeUndefined();
    }
  });

  it('answers in shape and leaves nothing out, or refuses in our own words', () => {
    fc.assert(
      fc.property(mutated(parser.texts), ({ text: whole }) => {
        const text = whole.slice(0, parser.longest);
        judge(parser, text);
      }),
      { seed, numRuns: runs },
    );
  });
});
