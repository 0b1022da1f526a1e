import { parseArgs } from 'node:util';
import { describeFigures } from './figures.js';
import { proveSweep } from './prove/report.js';
import { deaths } from './recovery.js';
import { scenarioText, shippedScenarios } from './scenarios.js';
import { type SweepFigures, sweep } from './sweep.js';

const usage = 'sweep [--all] [--scenario NAME]... [--one-in N] [--offset N] | --prove';

/** The sweep by hand, of runs and of recoveries: everything with --all, else one case in fifty; --prove shows that it can fail. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      prove: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true },
      'one-in': { type: 'string' },
      offset: { type: 'string', default: '0' },
    },
  });
  if (values.prove) {
    const { text, isComplete } = await proveSweep();
    process.stdout.write(text);
    if (!isComplete) process.exitCode = 1;
    return;
  }
  const oneIn = values.all ? 1 : numberOf(values['one-in'] ?? '50');
  const figures: SweepFigures[] = [];
  for (const name of values.scenario ?? shippedScenarios()) {
    const startMs = performance.now();
    const part = { scenario: scenarioText(name), oneIn, offset: numberOf(values.offset) };
    const results = [await sweep({ name, ...part })];
    for (const recoveryAfter of deaths) {
      const what = `${name}, recover after ${recoveryAfter.name}`;
      results.push(await sweep({ name: what, ...part, recoveryAfter }));
    }
    figures.push(...results);
    const seconds = Math.round((performance.now() - startMs) / 1000);
    process.stdout.write(`${describeFigures(results)}\n    ${String(seconds)} s\n`);
  }
  const { user } = process.cpuUsage();
  process.stdout.write(
    `\n${describeFigures(figures)}\n${String(Math.round(user / 1e6))} s of processor time\n`,
  );
  if (figures.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new Error(`not a number: ${text}\n${usage}`);
  return number;
}

await main();
