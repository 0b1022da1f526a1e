import { describe, expect, it } from 'vitest';
import { hostsFieldFits } from './host-patterns.js';

describe('hostsFieldFits', () => {
  it.each([
    // ssh-keygen -H (OpenSSH 9.2) of `dom0b` and `[dom0b]:2222`.
    ['|1|mFKrGJE0K0vOg2rXnGmwAZhHusw=|tISyYmMfJaJJmRHc2aqoHmiyqxw=', 'dom0b', true],
    ['|1|mFKrGJE0K0vOg2rXnGmwAZhHusw=|tISyYmMfJaJJmRHc2aqoHmiyqxw=', 'DOM0B', true],
    ['|1|mFKrGJE0K0vOg2rXnGmwAZhHusw=|tISyYmMfJaJJmRHc2aqoHmiyqxw=', 'dom0c', false],
    ['|1|LcfDhP1kpyNehpHMrjZYsqyPFGw=|YuxuquqKzYCCd17tjudWBK7qKIs=', '[dom0b]:2222', true],
    ['|1|LcfDhP1kpyNehpHMrjZYsqyPFGw=|YuxuquqKzYCCd17tjudWBK7qKIs=', 'dom0b', false],
    ['dom0b', 'dom0b', true],
    ['dom0b', 'DOM0B', true],
    ['dom0*', 'dom0', true],
    ['*b', 'dom0b', true],
    ['d*m*b', 'dom0b', true],
    ['dom0?', 'dom0', false],
    ['dom0?', 'dom0b', true],
    ['dom0b', 'dom0', false],
    ['a,b,dom0b', 'dom0b', true],
    ['*,!dom0b', 'dom0b', false],
    ['!dom0b,*', 'dom0b', false],
    ['!dom0c', 'dom0b', false],
    ['[dom0b]:2222', '[dom0b]:2222', true],
    ['[dom0*]:*', '[dom0b]:2222', true],
    ['|2|x|y', 'dom0b', false],
    ['|1|x', 'dom0b', false],
  ])('%j and %j: %j', (field, host, fits) => {
    expect(hostsFieldFits(field, host)).toBe(fits);
  });

  it('is not slow on a hostile pattern', () => {
    const begun = performance.now();
    expect(hostsFieldFits(`${'*a'.repeat(60)}*b`, 'a'.repeat(255))).toBe(false);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
