import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { LabError } from '../fail.js';
import { type FlavourName, flavourVariable } from '../flavours/flavour.js';
import { paths } from '../paths.js';
import { isRecord } from '../values.js';
import type { Part } from './parts.js';

/** How one part ended. */
export interface PartResult {
  readonly name: string;
  readonly passed: boolean;
  /** The commit that was tested. */
  readonly commit: string;
  /** ISO 8601 day. */
  readonly date: string;
  /** Tests that ran. */
  readonly tests: number;
  /** Names of tests that failed or did not run: a skipped one is a failure. */
  readonly notPassed: readonly string[];
  readonly seconds: number;
}

/** The pair that a part needs. */
export const flavourOf = ({ flavour = 'xen' }: Part): FlavourName => flavour;

/** A pair in its prepared state: whatever is missing is built, so that its time is not a test's. */
export async function bringUp(flavour: FlavourName): Promise<void> {
  const { exitCode } = await execa(
    process.execPath,
    ['--import', 'tsx', 'integration/lab/cli.ts', '--flavour', flavour, 'up'],
    { reject: false, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' },
  );
  if (exitCode !== 0) throw new LabError(`the pair of the flavour ${flavour} cannot be had`);
}

/**
 * Runs the tests of one part with their output shown.
 *
 * @param commit - what is tested, for the result.
 */
export async function runPart(part: Part, commit: string): Promise<PartResult> {
  const startMs = performance.now();
  const reportFile = path.join(paths.work, `suite-${part.name}.json`);
  await mkdir(paths.work, { recursive: true });
  await rm(reportFile, { force: true });
  const { exitCode } = await execa(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'lab'],
      ...[path.join('integration/lab', part.file), '--reporter=default', '--reporter=json'],
      `--outputFile.json=${reportFile}`,
    ],
    {
      ...{ reject: false, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' },
      env: { [flavourVariable]: flavourOf(part) },
    },
  );
  const tests = await readTests(reportFile);
  const notPassed = tests.filter(({ status }) => status !== 'passed').map(({ name }) => name);
  return {
    name: part.name,
    commit,
    date: new Date().toISOString().slice(0, 10),
    passed: exitCode === 0 && notPassed.length === 0 && tests.length > 0,
    tests: tests.length,
    notPassed,
    seconds: Math.round((performance.now() - startMs) / 1000),
  };
}

interface TestStatus {
  readonly name: string;
  readonly status: string;
}

async function readTests(file: string): Promise<readonly TestStatus[]> {
  const report: unknown = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
  return list(report, 'testResults').flatMap((result) =>
    list(result, 'assertionResults').map((test) => {
      if (!isRecord(test)) throw new LabError(`${file} is no report of tests`);
      return { name: String(test['fullName']), status: String(test['status']) };
    }),
  );
}

function list(value: unknown, key: string): readonly unknown[] {
  const found = isRecord(value) ? value[key] : undefined;
  return Array.isArray(found) ? found : [];
}
