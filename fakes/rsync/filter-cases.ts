/**
 * What rsync 3.5.0 leaves out, asked of the real one: a pattern, then paths that it excludes and
 * paths that it does not. A path that ends in a slash is a directory. The peers' suite asks again.
 */
export interface FilterCase {
  readonly pattern: string;
  readonly excluded: readonly string[];
  readonly kept: readonly string[];
}

export const filterCases: readonly FilterCase[] = [
  { pattern: '/tmp/*', excluded: ['tmp/a', 'tmp/d/'], kept: ['tmp/', 'var/tmp/a'] },
  { pattern: '/tmp', excluded: ['tmp/'], kept: ['var/tmp/'] },
  { pattern: 'tmp', excluded: ['tmp/', 'var/tmp/'], kept: ['tmpx', 'xtmp'] },
  { pattern: 'tmp/', excluded: ['tmp/'], kept: ['var/tmp'] },
  { pattern: '*.o', excluded: ['x.o', 'd/x.o', '.o'], kept: ['x.oo'] },
  { pattern: 'cache/*.db', excluded: ['cache/x.db', 'var/cache/x.db'], kept: ['cache/d/x.db'] },
  { pattern: '/cache/**', excluded: ['cache/x', 'cache/d/'], kept: ['cache/', 'var/cache/x'] },
  { pattern: 'cache/***', excluded: ['cache/', 'var/cache/'], kept: ['cachex'] },
  { pattern: '**/log', excluded: ['log', 'var/log'], kept: ['logs'] },
  { pattern: 'v**x', excluded: ['vx', 'var/x', 'a/v/b/x'], kept: ['var/xy'] },
  { pattern: 'f?', excluded: ['fa', 'd/fb'], kept: ['f', 'fab', 'fé'] },
  { pattern: '[a-c]x', excluded: ['ax', 'cx'], kept: ['dx', '-x'] },
  { pattern: '[!a-c]x', excluded: ['dx'], kept: ['ax'] },
  { pattern: '[[:digit:]]', excluded: ['7'], kept: ['a', '77'] },
  { pattern: '[c-a]', excluded: ['c'], kept: ['a', 'b'] },
  { pattern: '\\*', excluded: ['*'], kept: ['a'] },
  { pattern: 'a\\b', excluded: ['a\\b'], kept: ['ab'] },
  { pattern: '[x', excluded: [], kept: ['[x', 'x'] },
];
