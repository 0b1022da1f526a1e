import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { hostsFieldFits } from '../../src/adapters/ssh/host-patterns.js';
import { here, tryHere } from './peer/exec-here.js';
import { makeKeys } from './peer/keys.js';

const directory = mkdtempSync(join(tmpdir(), 'xen-backup-patterns-'));
const { hostKeys } = makeKeys(directory);
const file = join(directory, 'known_hosts');
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** What OpenSSH's own lookup says. */
function foundByOpenSsh(field: string, host: string): boolean {
  writeFileSync(file, `${field} ${hostKeys.ed25519}\n`);
  return tryHere(['ssh-keygen', '-F', host, '-f', file]).exitCode === 0;
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 4 });
const host = fc.oneof(
  letters.map((name) => `h${name}`),
  letters.map((name) => `[h${name}]:2222`),
);
const pattern = fc
  .tuple(
    fc.constantFrom('', '', '!'),
    fc.string({
      unit: fc.constantFrom('a', 'b', 'h', '.', '*', '?', 'A', 'H'),
      minLength: 1,
      maxLength: 5,
    }),
    fc.constantFrom('', '', ':2222'),
  )
  .map(([mark, name, port]) => `${mark}${port === '' ? name : `[${name}]${port}`}`);
const field = fc.array(pattern, { minLength: 1, maxLength: 3 }).map((list) => list.join(','));

describe('host patterns of known_hosts', () => {
  it('fit exactly where OpenSSH’s own lookup finds them', () => {
    let fitting = 0;
    fc.assert(
      fc.property(field, host, (patterns, name) => {
        const expected = foundByOpenSsh(patterns, name);
        fitting += expected ? 1 : 0;
        expect(hostsFieldFits(patterns, name)).toBe(expected);
      }),
      { numRuns: 400 },
    );
    // A generator that never hits anything would prove nothing.
    expect(fitting).toBeGreaterThan(20);
  });

  it('fit hashed names as OpenSSH hashes them', () => {
    for (const name of ['dom0b', '[dom0b]:2222', '192.0.2.1', '2001:db8::1']) {
      writeFileSync(file, `${name} ${hostKeys.ed25519}\n`);
      here(['ssh-keygen', '-q', '-H', '-f', file]);
      const [hashed = ''] = readFileSync(file, 'utf8').split(' ');
      expect(hostsFieldFits(hashed, name)).toBe(true);
      expect(hostsFieldFits(hashed, `${name}x`)).toBe(false);
    }
  });
});
