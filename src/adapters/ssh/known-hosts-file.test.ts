import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyTypeOf, parseKnownHosts } from './known-hosts-file.js';
import { blob, line } from './test-keys.contract.js';

describe('parseKnownHosts', () => {
  it('reads names, markers and keys with their place', () => {
    const text = [
      '# comment',
      '',
      `dom0a,192.0.2.1 ${line('ssh-ed25519', 'a')} root@dom0a`,
      `  @revoked\t*  ${line('ssh-rsa', 'b')}`,
      `@cert-authority *.example ${line('ssh-ed25519', 'c')}\r`,
    ].join('\n');
    expect(parseKnownHosts('/f', text)).toMatchObject([
      { file: '/f', line: 3, marker: 'none', hosts: 'dom0a,192.0.2.1', keyType: 'ssh-ed25519' },
      { line: 4, marker: 'revoked', hosts: '*', key: blob('ssh-rsa', 'b') },
      { line: 5, marker: 'authority', hosts: '*.example' },
    ]);
  });

  it.each([
    'dom0a',
    'dom0a ssh-ed25519',
    'dom0a ssh-ed25519 not-base64!',
    'dom0a 1024 35 1234567890',
    // Says one type and is another.
    `dom0a ssh-rsa ${blob('ssh-ed25519', 'a').toString('base64')}`,
  ])('gives no trust for %j', (text) => {
    expect(parseKnownHosts('/f', text)).toEqual([]);
  });

  it.each(['@revoked', '@revoked * ssh-rsa', '@unknown * ssh-rsa AAAA', '@revoked * ssh-rsa !!'])(
    'does not leave out %j, which may take trust away',
    (text) => {
      expect(() => parseKnownHosts('/f', `\n${text}`)).toThrow('/f:2');
    },
  );

  it('never trusts garbage', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('@'));
        expect(parseKnownHosts('/f', text)).toEqual([]);
      }),
    );
  });
});

describe('keyTypeOf', () => {
  it('believes no length that a key does not have', () => {
    expect(keyTypeOf(Buffer.from([0, 0, 0, 200, 65]))).toBe('');
    expect(keyTypeOf(Buffer.alloc(0))).toBe('');
    expect(keyTypeOf(blob('ssh-rsa', 'x'))).toBe('ssh-rsa');
  });
});
