import { describe, expect, it } from 'vitest';
import { judgeHostKey, knownKeyTypes } from './host-key-verdict.js';
import { parseKnownHosts } from './known-hosts-file.js';
import { blob, line } from './test-keys.contract.js';

const key = blob('ssh-ed25519', 'right');
const right = line('ssh-ed25519', 'right');
const wrong = line('ssh-ed25519', 'wrong');
const rsa = line('ssh-rsa', 'right');

function verdict(lines: readonly string[], place: { port?: number; hostKeyAlias?: string } = {}) {
  const entries = parseKnownHosts('/f', lines.join('\n'));
  return judgeHostKey(entries, { hostName: 'dom0b', port: 22, ...place }, key).kind;
}

describe('judgeHostKey', () => {
  it.each([
    ['an equal key', [`dom0b ${right}`], 'known'],
    ['one of several', [`dom0b ${wrong}`, `dom0b ${right}`], 'known'],
    ['a pattern', [`dom0?,*.example ${right}`], 'known'],
    ['another letter case', [`DOM0B ${right}`], 'known'],
    ['no line', [], 'unknown'],
    ['another host', [`dom0c ${right}`], 'unknown'],
    ['a negated pattern', [`*,!dom0b ${right}`], 'unknown'],
    ['another key', [`dom0b ${wrong}`], 'changed'],
    ['a key of another type only', [`dom0b ${rsa}`], 'changed'],
    ['a revoked key', [`@revoked dom0b ${right}`], 'revoked'],
    ['a key that is known and revoked', [`dom0b ${right}`, `@revoked * ${right}`], 'revoked'],
    ['another key revoked', [`dom0b ${right}`, `@revoked * ${wrong}`], 'known'],
    ['revoked for another host', [`dom0b ${right}`, `@revoked dom0c ${right}`], 'known'],
    ['an authority alone', [`@cert-authority dom0b ${wrong}`], 'authority'],
    ['an authority beside the key', [`@cert-authority * ${wrong}`, `dom0b ${right}`], 'known'],
    ['an authority of that very key', [`@cert-authority * ${right}`], 'authority'],
  ] as const)('takes %s for what OpenSSH takes it', (_name, lines, kind) => {
    expect(verdict(lines)).toBe(kind);
  });

  it.each([
    ['the port’s own line', [`[dom0b]:2222 ${right}`], 'known'],
    ['the host without its port', [`dom0b ${right}`], 'known'],
    ['another key without the port', [`dom0b ${wrong}`], 'unknown'],
    ['another key with the port', [`[dom0b]:2222 ${wrong}`, `dom0b ${right}`], 'changed'],
    ['another port', [`[dom0b]:2223 ${right}`], 'unknown'],
    [
      'a revocation without the port',
      [`[dom0c]:2222 ${right}`, `@revoked dom0b ${right}`],
      'revoked',
    ],
  ] as const)('on a port of its own, takes %s for what OpenSSH takes it', (_name, lines, kind) => {
    expect(verdict(lines, { port: 2222 })).toBe(kind);
  });

  it('looks under the alias alone when there is one', () => {
    const place = { port: 2222, hostKeyAlias: 'standby' };
    expect(verdict([`standby ${right}`], place)).toBe('known');
    expect(verdict([`dom0b ${right}`, `[dom0b]:2222 ${right}`], place)).toBe('unknown');
  });
});

describe('knownKeyTypes', () => {
  it('are those of the lines that would be believed', () => {
    const entries = parseKnownHosts(
      '/f',
      [`dom0b ${rsa}`, `dom0c ${right}`, `@revoked dom0b ${right}`].join('\n'),
    );
    expect([...knownKeyTypes(entries, { hostName: 'dom0b', port: 22 })]).toEqual(['ssh-rsa']);
  });
});
