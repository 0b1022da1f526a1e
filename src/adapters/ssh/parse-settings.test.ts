import { describe, expect, it } from 'vitest';
import { parseSettings } from './parse-settings.js';
import { resolveArgv } from './resolve.js';
import type { SshTarget } from './settings.js';

// ssh -G of OpenSSH 9.2, as far as it is read; long lists are shortened.
const recorded = `host dom0b
user root
hostname 192.0.2.11
port 22
addressfamily any
batchmode no
canonicalizePermittedcnames none
hashknownhosts yes
identitiesonly no
pubkeyauthentication true
requesttty auto
serveraliveinterval 0
serveralivecountmax 3
ciphers chacha20-poly1305@openssh.com,aes128-ctr,aes256-gcm@openssh.com
hostkeyalgorithms ssh-ed25519-cert-v01@openssh.com,ssh-ed25519,rsa-sha2-512
kexalgorithms sntrup761x25519-sha512,curve25519-sha256
loglevel INFO
macs umac-64-etm@openssh.com,hmac-sha2-256
xauthlocation /usr/bin/xauth
identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/id_ed25519
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2
userknownhostsfile /root/.ssh/known_hosts /root/.ssh/known_hosts2
sendenv LANG
sendenv LC_*
connecttimeout none
rekeylimit 0 0
`;

const target: SshTarget = { address: 'dom0b' };
const surroundings = { home: '/root', environment: { SSH_AUTH_SOCK: '/run/agent' } };
const parse = (output: string, where: SshTarget = target) =>
  parseSettings(output, where, surroundings);
const withLine = (line: string) => `${line}\n${recorded}`;

describe('parseSettings', () => {
  it('reads what OpenSSH would do', () => {
    expect(parse(recorded)).toEqual({
      hostName: '192.0.2.11',
      port: 22,
      user: 'root',
      identityFiles: ['/root/.ssh/id_rsa', '/root/.ssh/id_ed25519'],
      identitiesOnly: false,
      agentSocket: '/run/agent',
      knownHostsFiles: [
        '/root/.ssh/known_hosts',
        '/root/.ssh/known_hosts2',
        '/etc/ssh/ssh_known_hosts',
        '/etc/ssh/ssh_known_hosts2',
      ],
      hostKeyAlgorithms: ['ssh-ed25519-cert-v01@openssh.com', 'ssh-ed25519', 'rsa-sha2-512'],
      keyExchanges: ['sntrup761x25519-sha512', 'curve25519-sha256'],
      ciphers: ['chacha20-poly1305@openssh.com', 'aes128-ctr', 'aes256-gcm@openssh.com'],
      macs: ['umac-64-etm@openssh.com', 'hmac-sha2-256'],
      addressFamily: 'any',
      connectTimeoutMs: 20_000,
      keepAliveMs: 15_000,
      keepAliveCount: 3,
    });
  });

  it('honours what the configuration of ssh says', () => {
    const output = recorded
      .replace('serveraliveinterval 0', 'serveraliveinterval 7')
      .replace('connecttimeout none', 'connecttimeout 5');
    expect(parse(output)).toMatchObject({ keepAliveMs: 7000, connectTimeoutMs: 5000 });
    expect(parse(withLine('hostkeyalias standby'))).toMatchObject({ hostKeyAlias: 'standby' });
    expect(parse(withLine('bindaddress 10.0.0.1'))).toMatchObject({ bindAddress: '10.0.0.1' });
  });

  it('does not split the known_hosts path of the configuration at its spaces', () => {
    const where = { ...target, knownHostsFile: '~/my hosts/known' };
    expect(parse(recorded, where).knownHostsFiles[0]).toBe('/root/my hosts/known');
  });

  it.each([
    ['identityagent none', undefined],
    ['identityagent SSH_AUTH_SOCK', '/run/agent'],
    ['identityagent $SSH_AUTH_SOCK', '/run/agent'],
    ['identityagent $OTHER', undefined],
    ['identityagent ~/agent', '/root/agent'],
  ])('finds the agent by %j', (line, socket) => {
    expect(parse(withLine(line)).agentSocket).toBe(socket);
  });

  it('resolves tokens in paths, and refuses those it does not know', () => {
    const [first] = parse(withLine('identityfile %d/keys/%r@%h:%p_100%%')).identityFiles;
    expect(first).toBe('/root/keys/root@192.0.2.11:22_100%');
    for (const path of ['/x/%C', '~other/key']) {
      expect(() => parse(withLine(`identityfile ${path}`))).toThrow('does not resolve');
    }
  });

  it.each([
    'proxycommand nc %h %p',
    'proxyjump bastion',
    'certificatefile ~/.ssh/id-cert.pub',
    'knownhostscommand /bin/ours',
    'revokedhostkeys /etc/ssh/revoked',
    'pkcs11provider /lib/token.so',
    'pubkeyauthentication false',
  ])('refuses %j instead of ignoring it', (line) => {
    expect(() => parse(withLine(line))).toThrow('the built-in client cannot do');
  });

  it.each(['proxyjump none', 'proxycommand none', 'certificatefile none'])('ignores %j', (line) => {
    expect(parse(withLine(line)).hostName).toBe('192.0.2.11');
  });

  it.each([
    ['', /does not say/],
    ['ssh: unknown option -- G\n', /not understood/],
    [recorded.replace('port 22', 'port ssh'), /number/],
    [recorded.replace(/^hostname.*\n/m, ''), /does not say/],
    [recorded.replace('addressfamily any', 'addressfamily x25'), /address family/],
  ])('makes nothing of %#', (output, message) => {
    expect(() => parse(output)).toThrow(message);
  });
});

describe('resolveArgv', () => {
  it('passes on what the configuration of xen-backup says', () => {
    const argv = resolveArgv({
      address: 'dom0b',
      port: 2222,
      user: 'root',
      identityFile: '/k',
      knownHostsFile: '/h',
    });
    expect(argv).toEqual([
      ...['ssh', '-G', '-p', '2222', '-l', 'root', '-o', 'IdentitiesOnly=yes', '-i', '/k'],
      ...['-o', 'UserKnownHostsFile="/h"', 'dom0b'],
    ]);
  });

  it.each(['', '-oProxyCommand=id', 'a b', 'root@dom0b', 'a\nb'])('refuses %j', (address) => {
    expect(() => resolveArgv({ address })).toThrow('cannot be the address');
  });
});
