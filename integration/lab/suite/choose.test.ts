import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { choose } from './choose.js';
import { parts } from './parts.js';

const labFolder = path.resolve(import.meta.dirname, '..');
const chosen = (commit: string) =>
  choose(parts, { kind: 'core-and-sample', commit }).map(({ name }) => name);

describe('which parts of the lab suite are run', () => {
  it('names every test file once, and none that is not there', () => {
    const files = readdirSync(path.join(labFolder, 'tests'))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `tests/${name}`);
    expect(parts.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
    expect(parts.every(({ file }) => existsSync(path.join(labFolder, file)))).toBe(true);
    expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length);
  });

  it('takes the core and one other, always the same for a commit', () => {
    const core = parts.filter(({ when }) => when === 'core').map(({ name }) => name);
    expect(chosen('3623955')).toEqual(chosen('3623955'));
    expect(chosen('3623955').slice(0, core.length)).toEqual(core);
    expect(chosen('3623955')).toHaveLength(core.length + 1);
  });

  it('comes to every part over some hundred commits, except those of a full run', () => {
    const seen = new Set(Array.from({ length: 400 }, (_, index) => chosen(String(index))).flat());
    const often = parts.filter(({ when }) => when !== 'full').map(({ name }) => name);
    expect([...seen].toSorted()).toEqual(often.toSorted());
  });

  it('takes every part in a full run, and any part by its name', () => {
    expect(choose(parts, { kind: 'all' })).toEqual(parts);
    expect(choose(parts, { kind: 'named', names: ['kvm'] })).toMatchObject([{ flavour: 'kvm' }]);
  });

  it('refuses a name that is no part', () => {
    expect(() => choose(parts, { kind: 'named', names: ['nothing'] })).toThrow(RangeError);
  });
});
