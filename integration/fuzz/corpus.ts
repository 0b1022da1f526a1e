import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const folders = [
  '../../fixtures/recordings/',
  '../../fixtures/recordings-loop/',
  '../../fixtures/recordings-test-driver/',
  '../lab/recorded-raw/',
].map((folder) => new URL(folder, import.meta.url));

const schema = z.object({ argv: z.array(z.string()), exitCode: z.int(), stdout: z.string() });

const recordings = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !name.endsWith('meta.json'))
    .flatMap((name) => {
      const parsed = schema.safeParse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
      return parsed.success ? [parsed.data] : [];
    }),
);

/** What real hosts answered on stdout to the commands whose line matches, without repetition. */
export function recorded(command: RegExp): readonly string[] {
  const texts = recordings
    .filter(({ argv, exitCode }) => exitCode === 0 && command.test(argv.join(' ')))
    .map(({ stdout }) => stdout)
    .filter((text) => text !== '');
  if (texts.length === 0) throw new Error(`no recording of ${String(command)}`);
  return [...new Set(texts)];
}

/** A file of the fixtures. */
export function fixture(path: string): string {
  return readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8');
}
