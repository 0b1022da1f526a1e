import { describe, expect, it } from 'vitest';
import { load, problemsOf } from './load-harness.contract.js';

const etc = '/etc/xen-backup/config.yaml';
const two = 'hosts: { dom0a: , dom0b: }\n';

describe("the 2009 script's files", () => {
  const conf = 'DOMU=dc1\nDOM0S="dom0a dom0b"\n';

  it('alone are a complete configuration, hosts with defaults', async () => {
    const { configuration, files } = await load(
      { '/work/old/dc1.conf': conf, '/work/old/dc1.conf~': '{{{' },
      { confDirectory: 'old' },
    );
    expect(files).toEqual(['old/dc1.conf']);
    expect(configuration.libvirtUri).toBe('xen:///system');
    expect(
      configuration.hosts.map(({ name, connection, address }) => [name, connection, address]),
    ).toEqual([
      ['dom0a', 'auto', 'dom0a'],
      ['dom0b', 'auto', 'dom0b'],
    ]);
    expect(configuration.guests).toMatchObject([
      { name: 'dc1', hosts: ['dom0a', 'dom0b'], exclude: ['/tmp/*'] },
    ]);
  });

  it('add guests to the YAML, whose hosts and defaults hold for them', async () => {
    const { configuration } = await load(
      {
        [etc]: 'hosts: { dom0a: { port: 2222 } }\ndefaults: { ioClass: none }\n',
        '/work/old/dc1.conf': conf,
      },
      { confDirectory: 'old' },
    );
    expect(configuration.hosts).toMatchObject([{ name: 'dom0a', port: 2222 }, { name: 'dom0b' }]);
    expect(configuration.guests).toMatchObject([{ name: 'dc1', ioClass: 'none' }]);
  });

  it('with a guest that is configured already are refused', async () => {
    const { lines } = await problemsOf(
      {
        [etc]: `${two}guests:\n  dc1: { hosts: [dom0a, dom0b] }\n`,
        '/work/old/a.conf': conf,
        '/work/old/b.conf': conf.replace('dc1', 'dc2'),
        '/work/old/c.conf': conf.replace('dc1', 'dc2'),
      },
      { confDirectory: 'old' },
    );
    expect(lines).toEqual([
      `old/a.conf:1:6: the guest "dc1" is configured already at ${etc}:3:3`,
      'old/c.conf:1:6: the guest "dc2" is configured already at old/b.conf:1:6',
    ]);
  });

  it('are held to the rules of guests and hosts', async () => {
    const { lines } = await problemsOf(
      {
        '/work/old/a.conf': 'DOMU=a/b\nDOM0S="x y"\n',
        '/work/old/b.conf': 'DOMU=b\nDOM0S="x root@y -z"\n',
        '/work/old/c.conf': 'DOMU=c\nDOM0S="x x"\n',
        '/work/old/d.conf': 'DOMU=d\nDOM0S=x\n',
        '/work/old/e.conf': 'DOMU=e\nDOM0S="x y"; reboot\n',
      },
      { confDirectory: 'old' },
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "old/a.conf:1:6: guests."a/b": libvirt allows no slash in a name",
        "old/b.conf:2:10: hosts."root@y": give the account with user:, not in the name",
        "old/b.conf:2:17: hosts.-z: a host name has letters, digits, dots, hyphens and underscores",
        "old/c.conf:2:10: the guest "c" names the host "x" twice; first at old/c.conf:2:8",
        "old/d.conf:2:1: guests.d.hosts: at least two hosts: one that runs the guest, one that keeps a copy",
        "old/e.conf:2:12: ";" is shell syntax; the file is read, never executed: only DOMU= and DOM0S= are understood",
      ]
    `);
  });
});
