import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { paths } from '../paths.js';
import { isRecord } from '../values.js';
import type { Part } from './parts.js';
import type { PartResult } from './run-part.js';

/** Whatever decides about the outcome of every part: the program and what its tests share. */
const judged = ['src', 'fakes', 'integration/contracts', 'integration/lab'];

/**
 * Remembers the parts that passed, so that an interrupted full run goes on where it was. Another
 * program begins anew; another test, or another size of the suite, does not make its neighbours
 * unproven.
 */
export class SuiteMemory {
  readonly #folder: string;
  /** Of everything but the tests themselves. */
  readonly #common: Buffer;

  private constructor(folder: string, common: Buffer) {
    this.#folder = folder;
    this.#common = common;
  }

  /** @param folder - where it is kept, on the outer machine. */
  static async open(folder = path.join(paths.cache, 'suite')): Promise<SuiteMemory> {
    const hash = createHash('sha256');
    for (const from of judged) await addFolder(hash, from);
    await mkdir(folder, { recursive: true });
    return new SuiteMemory(folder, hash.digest());
  }

  /** The result of a part that passed before with the same program and the same test. */
  async passed(part: Part): Promise<PartResult | undefined> {
    const result = await readResult(await this.#fileOf(part));
    return result?.passed === true ? result : undefined;
  }

  /** The last result of a part, with whatever program and test. */
  last(part: Part): Promise<PartResult | undefined> {
    return readResult(this.#lastFileOf(part));
  }

  async remember(part: Part, result: PartResult): Promise<void> {
    const text = JSON.stringify(result);
    if (result.passed) await writeFile(await this.#fileOf(part), text);
    await writeFile(this.#lastFileOf(part), text);
  }

  #lastFileOf({ name }: Part): string {
    return path.join(this.#folder, `last-${name}.json`);
  }

  async #fileOf(part: Part): Promise<string> {
    const hash = createHash('sha256').update(this.#common);
    hash.update(await readFile(path.join('integration/lab', part.file)));
    return path.join(this.#folder, `${part.name}-${hash.digest('hex').slice(0, 16)}.json`);
  }
}

async function addFolder(hash: ReturnType<typeof createHash>, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && decides(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/integration\/lab\/(?:suite|bench|recorder)\//.test(file))
    .sort();
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(file));
}

const decides = (name: string) => name.endsWith('.ts') && !name.endsWith('.test.ts');

async function readResult(file: string): Promise<PartResult | undefined> {
  const result: unknown = JSON.parse(await readFile(file, 'utf8').catch(() => 'null'));
  return isPartResult(result) ? result : undefined;
}

function isPartResult(value: unknown): value is PartResult {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    typeof value['passed'] === 'boolean' &&
    typeof value['commit'] === 'string' &&
    typeof value['date'] === 'string' &&
    typeof value['tests'] === 'number' &&
    typeof value['seconds'] === 'number' &&
    Array.isArray(value['notPassed'])
  );
}
