import { describe, expect, it } from 'vitest';
import { algorithmsFor } from './algorithms.js';
import type { SshSettings } from './settings.js';

const settings: SshSettings = {
  hostName: 'dom0b',
  port: 22,
  user: 'root',
  identityFiles: [],
  identitiesOnly: false,
  knownHostsFiles: [],
  hostKeyAlgorithms: [
    ...['ssh-ed25519-cert-v01@openssh.com', 'ssh-ed25519', 'ecdsa-sha2-nistp256'],
    ...['sk-ssh-ed25519@openssh.com', 'rsa-sha2-512', 'rsa-sha2-256'],
  ],
  keyExchanges: ['sntrup761x25519-sha512', 'curve25519-sha256'],
  ciphers: ['chacha20-poly1305@openssh.com', 'aes256-ctr'],
  macs: ['umac-64@openssh.com', 'hmac-sha2-512'],
  addressFamily: 'any',
  connectTimeoutMs: 1,
  keepAliveMs: 1,
  keepAliveCount: 1,
};

describe('algorithmsFor', () => {
  it('asks for the types of known keys first, and for the others after them', () => {
    expect(algorithmsFor(settings, new Set(['ssh-rsa'])).serverHostKey).toEqual([
      ...['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519', 'ecdsa-sha2-nistp256'],
    ]);
    expect(algorithmsFor(settings, new Set()).serverHostKey[0]).toBe('ssh-ed25519');
  });

  it('offers nothing that the settings do not allow', () => {
    expect(algorithmsFor(settings, new Set())).toMatchObject({
      kex: ['curve25519-sha256'],
      cipher: ['aes256-ctr'],
      hmac: ['hmac-sha2-512'],
    });
    expect(algorithmsFor(settings, new Set()).serverHostKey).not.toContain('ssh-rsa');
  });

  it.each([
    [{ ciphers: ['aes999-ctr'] }, 'Ciphers'],
    [{ keyExchanges: ['x'] }, 'KexAlgorithms'],
    [{ macs: ['x'] }, 'MACs'],
    [{ hostKeyAlgorithms: ['ssh-ed25519-cert-v01@openssh.com'] }, 'HostKeyAlgorithms'],
  ])('says so when nothing is left', (changes, setting) => {
    expect(() => algorithmsFor({ ...settings, ...changes }, new Set())).toThrow(setting);
  });
});
