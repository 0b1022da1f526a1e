import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { LabError } from '../fail.js';
import type { FlavourName } from '../flavours/flavour.js';
import { lab } from '../lab.js';
import { withLock } from '../lock.js';
import { outside } from '../outside.js';
import { say, timed } from '../say.js';
import { choose, type Choice } from './choose.js';
import { SuiteMemory } from './memory.js';
import { type Part, parts } from './parts.js';
import { markdown, table } from './report.js';
import { bringUp, flavourOf, type PartResult, runPart } from './run-part.js';

const reportFile = path.resolve(import.meta.dirname, '..', 'REPORT.md');

const usage = `The tests on two real Xen hosts.

  npm run test:lab                    the core, and one other part, chosen by the commit
  npm run test:lab -- --all           everything; goes on where an earlier one was interrupted
  npm run test:lab -- --report        no test: the last result of each part, into REPORT.md
  npm run test:lab -- PART...         ${parts.map(({ name }) => name).join(', ')}
`;

async function main(words: readonly string[]): Promise<number> {
  if (words.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const commit = (await outside(['git', 'rev-parse', 'HEAD'])).stdout.trim();
  if (words.includes('--report')) {
    await keepReport(await SuiteMemory.open());
    return 0;
  }
  const choice = choiceOf(words, commit);
  const chosen = choose(parts, choice);
  return withLock(`test:lab ${words.join(' ')}`, async () => {
    await timed('the bundle', () => outside(['npm', 'run', 'bundle']));
    const memory = await SuiteMemory.open();
    const results = await runAll(chosen, memory, commit, choice.kind === 'all');
    await lab.down();
    console.log(`\n${table(results)}`);
    if (choice.kind === 'all') await keepReport(memory);
    return results.every(({ passed }) => passed) ? 0 : 1;
  });
}

function choiceOf(words: readonly string[], commit: string): Choice {
  if (words.includes('--all')) return { kind: 'all' };
  return words.length === 0 ? { kind: 'core-and-sample', commit } : { kind: 'named', names: words };
}

async function runAll(
  chosen: readonly Part[],
  memory: SuiteMemory,
  commit: string,
  resumes: boolean,
): Promise<readonly PartResult[]> {
  say(`parts: ${chosen.map(({ name }) => name).join(', ')}`);
  const results: PartResult[] = [];
  const ready = new Set<FlavourName>();
  for (const part of chosen) {
    const earlier = resumes ? await memory.passed(part) : undefined;
    if (earlier !== undefined) say(`${part.name}: passed before with this program`);
    else if (!ready.has(flavourOf(part))) {
      // Only now: every part stops its pair, so that there is never more than one on these cores.
      await timed(`the pair of ${flavourOf(part)}`, () => bringUp(flavourOf(part)));
      ready.add(flavourOf(part));
    }
    const result = earlier ?? (await timed(part.name, () => runPart(part, commit)));
    await memory.remember(part, result);
    results.push(result);
  }
  return results;
}

async function keepReport(memory: SuiteMemory): Promise<void> {
  const rows = await Promise.all(
    parts.map(async (part) => ({ part, result: await memory.last(part) })),
  );
  await writeFile(reportFile, markdown(rows, availableParallelism()));
  say(`written: ${reportFile}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof LabError || error instanceof RangeError)) throw error;
  console.error(`lab: ${error.message}`);
  process.exitCode = 2;
}
