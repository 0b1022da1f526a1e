import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { paths } from '../paths.js';
import { isRecord } from '../values.js';
import type { PartResult } from './run-part.js';

/** Whatever decides about the outcome of a part: the program, the tests and the simulator. */
const judged = ['integration/lab', 'integration/contracts', 'fakes', 'src'];

/**
 * Remembers the parts that passed, so that an interrupted full run goes on where it was. Another
 * program or other tests begin anew.
 */
export class SuiteMemory {
  readonly #file: string;
  readonly #passed = new Map<string, PartResult>();

  private constructor(file: string) {
    this.#file = file;
  }

  static async open(bundle: string): Promise<SuiteMemory> {
    const hash = createHash('sha256').update(await readFile(bundle));
    for (const folder of judged) await addFolder(hash, folder);
    const folder = path.join(paths.cache, 'suite');
    await mkdir(folder, { recursive: true });
    const memory = new SuiteMemory(path.join(folder, `${hash.digest('hex').slice(0, 16)}.json`));
    await memory.#load();
    return memory;
  }

  /** The result of a part that passed before with the same program. */
  passed(name: string): PartResult | undefined {
    return this.#passed.get(name);
  }

  async remember(result: PartResult): Promise<void> {
    if (!result.passed) return;
    this.#passed.set(result.name, result);
    await writeFile(this.#file, JSON.stringify([...this.#passed.values()], null, 1));
  }

  async #load(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => '[]');
    const results: unknown = JSON.parse(text);
    for (const result of Array.isArray(results) ? results : []) {
      if (isPartResult(result)) this.#passed.set(result.name, result);
    }
  }
}

async function addFolder(hash: ReturnType<typeof createHash>, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(file));
}

function isPartResult(value: unknown): value is PartResult {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    value['passed'] === true &&
    typeof value['tests'] === 'number' &&
    typeof value['seconds'] === 'number' &&
    Array.isArray(value['notPassed'])
  );
}
