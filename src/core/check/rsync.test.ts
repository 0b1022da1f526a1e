import { describe, expect, it } from 'vitest';
import { tooOldRsyncs } from './rsync.js';

describe('an rsync', () => {
  it.each([
    ['3.0.9', ['files', 'blocks']],
    // EL 8.
    ['3.1.3', ['blocks']],
    // 3.2.0 knows --write-devices, but not --copy-devices; Debian 11 has 3.2.3.
    ['3.2.0', ['blocks']],
    ['3.2.3', ['blocks']],
    ['3.2.4pre1', ['blocks']],
    ['3.2.4', []],
    ['3.2.7', []],
    ['3.2.10', []],
    ['3.10.1', []],
    ['3.5.0', []],
    ['4', []],
  ] as const)('of version %s is too old for %j', (version, uses) => {
    const found = [{ host: 'dom0a', version }];
    for (const use of ['files', 'blocks'] as const) {
      expect(tooOldRsyncs(found, use)).toEqual(uses.some((old) => old === use) ? found : []);
    }
  });

  it('that is missing or does not tell its number is not judged', () => {
    const found = [{ host: 'dom0a' }, { host: 'dom0b', version: 'present' }];
    expect(tooOldRsyncs(found, 'blocks')).toEqual([]);
  });
});
