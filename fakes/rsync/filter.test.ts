import { describe, expect, it } from 'vitest';
import { createExcludeFilter } from './filter.js';
import { filterCases } from './filter-cases.js';

function verdict(pattern: string, path: string): boolean {
  const isDirectory = path.endsWith('/');
  const name = isDirectory ? path.slice(0, -1) : path;
  return createExcludeFilter([pattern])(name, isDirectory ? 'directory' : 'other');
}

describe('an exclude pattern', () => {
  it.each(filterCases)('$pattern leaves out what rsync leaves out', (row) => {
    const { pattern, excluded, kept } = row;
    expect(excluded.filter((path) => !verdict(pattern, path))).toEqual([]);
    expect(kept.filter((path) => verdict(pattern, path))).toEqual([]);
  });

  it('works beside others', () => {
    const filter = createExcludeFilter(['*.o', '/tmp/*']);
    expect(filter('tmp/x', 'other')).toBe(true);
    expect(filter('x.o', 'other')).toBe(true);
    expect(filter('x.c', 'other')).toBe(false);
  });
});
