import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExcludeFilter } from '../../fakes/rsync/filter.js';
import { filterCases } from '../../fakes/rsync/filter-cases.js';

const installed = spawnSync('rsync', ['--version']).status === 0;

/** What the real rsync would copy of a tree: names relative to it, without trailing slashes. */
function copied(tree: string, empty: string, patterns: readonly string[]): readonly string[] {
  const excludes = patterns.map((pattern) => `--exclude=${pattern}`);
  const argv = ['-an', '-8', '--out-format=%n', ...excludes, `${tree}/`, `${empty}/`];
  const output = execFileSync('rsync', argv, { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } });
  return output
    .split('\n')
    .filter((line) => line !== '' && line !== './')
    .map((line) => line.replace(/\/$/, ''))
    .sort();
}

/** What is left of paths, each behind its parents, when excluded directories are not entered. */
function kept(paths: readonly string[], patterns: readonly string[]): readonly string[] {
  const filter = createExcludeFilter(patterns);
  const gone: string[] = [];
  const left: string[] = [];
  for (const path of paths) {
    if (gone.some((directory) => path.startsWith(directory))) continue;
    const isDirectory = path.endsWith('/');
    const name = isDirectory ? path.slice(0, -1) : path;
    if (filter(name, isDirectory ? 'directory' : 'other')) gone.push(`${name}/`);
    else left.push(name);
  }
  return left.sort();
}

describe.skipIf(!installed)('the simulated exclude patterns', () => {
  let base = '';
  let empty = '';
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'xen-backup-exclude-'));
    empty = join(base, 'empty');
    mkdirSync(empty);
  });
  afterAll(() => {
    rmSync(base, { recursive: true, force: true });
  });

  const makeTree = (name: string, paths: readonly string[]): string => {
    const tree = join(base, name);
    for (const path of paths) {
      if (path.endsWith('/')) mkdirSync(join(tree, path), { recursive: true });
      else {
        mkdirSync(dirname(join(tree, path)), { recursive: true });
        writeFileSync(join(tree, path), '');
      }
    }
    return tree;
  };

  it('are those of the table, asked of the real rsync', () => {
    for (const [index, { pattern, excluded, kept: staying }] of filterCases.entries()) {
      const tree = makeTree(`table-${index}`, [...excluded, ...staying]);
      const names = copied(tree, empty, [pattern]);
      const bare = (path: string): string => path.replace(/\/$/, '');
      for (const path of excluded) expect(names, `${pattern} ${path}`).not.toContain(bare(path));
      for (const path of staying) expect(names, `${pattern} ${path}`).toContain(bare(path));
    }
  });

  it('agree with the real rsync on any pattern', () => {
    const names = ['a', 'b', 'ab', 'a b', '[x]', '*', 'a*', 'x-y', 'é', '.h'];
    const paths = names.flatMap((outer) => [
      `d${outer}/`,
      outer,
      ...names
        .slice(0, 6)
        .flatMap((inner) => [
          `d${outer}/d${inner}/`,
          `d${outer}/${inner}`,
          `d${outer}/d${inner}/a`,
          `d${outer}/d${inner}/ab`,
        ]),
    ]);
    const tree = makeTree('any', paths);
    const pieces = ['a', 'b', 'd', 'ab', '*', '**', '***', '?', '[a-b]', '[!a]', '[^a]', '[', '\\'];
    const more = ['/', '/', '\\*', 'é', '.', 'x-y', '[]a]', '[b-a]', '[\\a]', '[[:alpha:]]', 'da'];
    const pattern = fc
      .array(fc.constantFrom(...pieces, ...more), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 2 }), (patterns) => {
        expect(kept(paths, patterns)).toEqual(copied(tree, empty, patterns));
      }),
      { numRuns: 150 },
    );
  });
});
