// Proves that every rule of .dependency-cruiser.cjs can fail: a small tree obeys them all, then
// violating files are added, and about each of them exactly its rule must complain.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const cruiser = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs').forbidden.map(
  (rule) => rule.name,
);

const obeying = {
  'src/index.ts': `export * from './app/use.js'; export * from './adapters/lvm/adapter.js';`,
  'src/core/steps.ts': `import type { Name } from './names.js'; export const step = (n: Name) => n;`,
  'src/core/names.ts': `export type Name = string;`,
  'src/core/names.test.ts': `import { test } from 'vitest'; import type { Name } from './names.js'; import { w } from '../../fakes/index.js'; test('' as Name, () => { w; });`,
  'src/ports/lvm.ts': `import type { Name } from '../core/names.js'; export interface Lvm { n: Name }`,
  'src/adapters/lvm/adapter.ts': `import { readFileSync } from 'node:fs'; import { execa } from 'execa'; import type { Lvm } from '../../ports/lvm.js'; import { argv } from './argv.js'; import { quote } from '../shared/quote.js'; export const lvm = [readFileSync, execa, argv, quote] as unknown as Lvm;`,
  'src/adapters/lvm/argv.ts': `import { step } from '../../core/steps.js'; export const argv = step;`,
  'src/adapters/rsync/scripts.ts': `import { step } from '../../core/steps.js'; export const script = step;`,
  'src/adapters/shared/quote.ts': `import { step } from '../../core/steps.js'; export const quote = step;`,
  'src/app/use.ts': `import type { Lvm } from '../ports/lvm.js'; export const use = (l: Lvm) => l;`,
  'src/config/load.ts': `import { z } from 'zod'; import type { Name } from '../core/names.js'; export const load = (n: Name) => z.literal(n);`,
  'src/cli/main.ts': `import { load } from '../config/load.js'; import { use } from '../app/use.js'; void import('../../fakes/index.js').then(({ w }) => [w, load, use]);`,
  'fakes/index.ts': `import { fs } from 'memfs'; import { join } from 'node:path'; import { script } from '../src/adapters/rsync/scripts.js'; import { load } from '../src/config/load.js'; import type { Lvm } from '../src/ports/lvm.js'; export const w = [fs, join, script, load] as unknown as Lvm;`,
  'fakes/lvm.contract.ts': `import { test } from 'vitest'; import { w } from './index.js'; test('', () => { w; });`,
  'fakes/lvm.test.ts': `import './lvm.contract.js';`,
};

/** Rule, where the violating file lies (# is its number), what it says; another file that it needs. */
const violations = [
  ['core-imports-only-core', 'src/core/bad#.ts', `import 'node:fs';`],
  ['core-imports-only-core', 'src/core/bad#.ts', `import 'zod';`],
  [
    'core-imports-only-core',
    'src/core/bad#.ts',
    `import type { Lvm } from '../ports/lvm.js'; export type L = Lvm;`,
  ],
  [
    'ports-import-only-core-and-ports',
    'src/ports/bad#.ts',
    `import type { X } from 'execa'; export type Y = X;`,
  ],
  ['ports-import-only-core-and-ports', 'src/ports/bad#.ts', `import '../adapters/lvm/adapter.js';`],
  [
    'adapters-import-only-core-ports-self-shared',
    'src/adapters/lvm/bad#.ts',
    `import '../rsync/scripts.js';`,
  ],
  [
    'adapters-import-only-core-ports-self-shared',
    'src/adapters/lvm/bad#.ts',
    `import '../../app/use.js';`,
  ],
  [
    'adapters-import-only-core-ports-self-shared',
    'src/adapters/shared/bad#.ts',
    `import '../lvm/argv.js';`,
  ],
  ['app-imports-only-core-ports-app', 'src/app/bad#.ts', `import '../adapters/lvm/adapter.js';`],
  ['app-imports-only-core-ports-app', 'src/app/bad#.ts', `import 'node:fs';`],
  [
    'config-imports-only-core-config-npm',
    'src/config/bad#.ts',
    `import type { Lvm } from '../ports/lvm.js'; export type L = Lvm;`,
  ],
  [
    'fakes-import-only-what-they-simulate',
    'fakes/bad#.ts',
    `import '../src/adapters/lvm/argv.js';`,
  ],
  ['fakes-import-only-what-they-simulate', 'fakes/bad#.ts', `import '../src/app/use.js';`],
  ['only-cli-imports-fakes', 'src/bad#.ts', `import '../fakes/index.js';`],
  ['only-cli-imports-fakes', 'src/bad#.ts', `void import('../fakes/index.js');`],
  ['cli-loads-fakes-on-demand', 'src/cli/bad#.ts', `import '../../fakes/index.js';`],
  ['only-cli-imports-cli', 'src/bad#.ts', `import './cli/main.js';`],
  [
    'no-integration-from-product',
    'src/bad#.ts',
    `import '../integration/tool.js';`,
    ['integration/tool.ts', `import { use } from '../src/app/use.js'; export const tool = use;`],
  ],
  ['no-test-imports', 'fakes/bad#.test.ts', `import './lvm.test.js';`],
  ['no-dev-dependencies-in-product', 'src/bad#.ts', `import 'vitest';`],
  ['no-dev-dependencies-in-product', 'fakes/bad#.ts', `import 'fast-check';`],
  ['no-undeclared-packages', 'src/bad#.ts', `import 'asn1';`],
  ['no-unresolvable', 'src/bad#.ts', `import './nowhere.js';`],
  [
    'no-cycles',
    'src/core/bad#.ts',
    `import { y } from './back#.js'; export const x = 1; y;`,
    ['src/core/back#.ts', `import { x } from './bad#.js'; export const y = x;`],
  ],
  [
    'no-cycles',
    'src/core/bad#.ts',
    `import type { T } from './back#.js'; export type S = T;`,
    ['src/core/back#.ts', `import type { S } from './bad#.js'; export type T = { s: S };`],
  ],
  ['no-orphans', 'src/core/bad#.ts', `export const alone = 1;`],
];
mkdirSync('temp', { recursive: true });
const folder = mkdtempSync(resolve('temp/boundaries-'));
let wrong = 0;
try {
  for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
    copyFileSync(file, join(folder, file));
  }
  mkdirSync(join(folder, 'integration'));
  for (const [path, text] of Object.entries(obeying)) write(path, text);
  expect('the obeying tree', '', names(cruise()));

  violations.forEach(([, path, text, helper = []], number) => {
    write(numbered(path, number), numbered(text, number));
    if (helper.length > 0) write(...helper.map((part) => numbered(part, number)));
  });
  const found = cruise();
  violations.forEach(([rule, path, text], number) => {
    const bad = numbered(path, number);
    // A cycle is reported from one of its files only.
    const about = found.filter(({ from, to }) => from === bad || to === bad);
    expect(`${path}: ${text}`, rule, names(about));
  });
} finally {
  rmSync(folder, { recursive: true });
}
for (const rule of rules) {
  if (!violations.some(([name]) => name === rule)) expect(rule, 'a violation in this file', '');
}
console.log(`${rules.length} rules, ${violations.length} violations, ${wrong} not as expected`);
process.exitCode = wrong === 0 ? 0 : 1;

function numbered(text, number) {
  return text.replaceAll('#', String(number));
}

function write(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `${text}\n`);
}

function expect(what, expected, actual) {
  if (expected === actual) return;
  wrong += 1;
  console.error(`${what}\n  expected: ${expected || 'no complaint'}; got: ${actual || 'none'}`);
}

function names(complaints) {
  return [...new Set(complaints.map((violation) => violation.rule.name))].sort().join(', ');
}

function cruise() {
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  // Its exit code is the number of violations, which is no failure here.
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [cruiser, ...args, 'src', 'fakes', 'integration'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout).summary.violations;
}
