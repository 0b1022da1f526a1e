import { describe, expect, it } from 'vitest';
import { type Finding, XenBackupError } from '../../core/index.js';
import { articleLayout } from '../../core/testing/layout.contract.js';
import { ThreeHosts } from '../testing/three-hosts.contract.js';
import { checkAll } from './check.js';

function ready(): ThreeHosts {
  const hosts = new ThreeHosts();
  for (const { tools } of hosts.world.hosts.values()) tools.set('rsync', '3.2.7');
  return hosts;
}

async function check(hosts: ThreeHosts) {
  const report = await checkAll(hosts.world.context(hosts.guests), []);
  const bad = report.findings.filter(({ level }) => level !== 'OK');
  return { report, bad };
}

const short = ({ level, subject, host }: Finding): string => `${level} ${subject} ${host ?? '-'}`;

describe('check', () => {
  it('finds nothing wrong where nothing is, leaves no trace, and ends in 0', async () => {
    const hosts = ready();
    const { report, bad } = await check(hosts);
    expect(bad).toEqual([]);
    expect(report).toMatchObject({ v: 1, command: 'check', exitCode: 0 });
    expect(hosts.traces).toEqual([]);
    expect(hosts.world.trace(/copy|write.*records/)).toEqual([]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it.each([
    ['pause', 'systemd-run', ['FAIL tools b']],
    ['pause', 'setsid', []],
    ['none', 'systemd-run', []],
    ['none', 'sort', ['FAIL tools b']],
  ] as const)(
    'with consistency %s on hosts with systemd and no %s finds %j',
    async (consistency, tool, expected) => {
      const hosts = ready();
      for (const [index, guest] of hosts.guests.entries()) {
        hosts.guests[index] = { ...guest, consistency };
      }
      hosts.world.host('b').tools.set(tool, 'absent');
      const { bad } = await check(hosts);
      expect(bad.map(short)).toEqual(expected);
    },
  );

  it('does not announce the plan inside it as a run of its own', async () => {
    const hosts = ready();
    await check(hosts);
    const types = hosts.world.events.map(({ type }) => type);
    expect(types.filter((type) => type === 'report' || type === 'run-started')).toEqual([]);
  });

  it.each<[string, (hosts: ThreeHosts) => void, string]>([
    [
      'a tool is missing',
      (hosts) => void hosts.world.host('b').tools.set('kpartx', 'absent'),
      'FAIL tools b',
    ],
    [
      'rsync is too old',
      (hosts) => void hosts.world.host('b').tools.set('rsync', '3.0.9'),
      'FAIL tools b',
    ],
    [
      'libvirt does not answer',
      (hosts) => {
        hosts.world.fail(
          /c: list-domains/,
          new XenBackupError('hypervisor-unreachable', { message: 'no socket' }),
        );
      },
      'FAIL hypervisor c',
    ],
    [
      'the source does not know the host key of a target',
      (hosts) =>
        void hosts.world.host('a').probes.set('b.example', {
          kind: 'host-key-unknown',
          exitCode: 255,
          text: 'Host key verification failed.',
        }),
      'FAIL data-path b',
    ],
    [
      'the data would go to another machine',
      (hosts) =>
        void hosts.world
          .host('a')
          .probes.set('b.example', { kind: 'reachable', bootId: 'another' }),
      'FAIL data-path b',
    ],
    [
      'a standby is paused',
      (hosts) => void (hosts.world.host('b').domains.get('dc1')!.state = 'paused'),
      'FAIL standby-use b',
    ],
    [
      'a standby starts with its host',
      (hosts) => void (hosts.world.host('b').domains.get('dc1')!.autostart = true),
      'FAIL autostart b',
    ],
    [
      'a bridge is missing',
      (hosts) => {
        hosts.world.host('c').interfaces.clear();
      },
      'WARN network c',
    ],
    [
      'a standby is not defined',
      (hosts) => void hosts.world.host('c').domains.delete('dc1'),
      'WARN definition c',
    ],
    [
      'a guest runs that nobody named',
      (hosts) => {
        hosts.world.host('a').addGuest('stray', articleLayout(), 'running');
      },
      'WARN uncovered-guest a',
    ],
    [
      'an interrupted run left its journal',
      (hosts) =>
        void hosts.world.host('b').files.set('/var/lib/xen-backup/journals/dead000000.ndjson', ''),
      'WARN leftovers b',
    ],
    [
      'an interrupted run left a rule of udev and nothing else',
      (hosts) =>
        void hosts.world
          .host('b')
          .files.set('/run/udev/rules.d/56-xen-backup-dead000000.rules', ''),
      'WARN leftovers b',
    ],
    [
      "a guest's own volume group is active on a host",
      (hosts) => {
        const { volumeGroups } = hosts.world.host('b').devices;
        volumeGroups.push({ ...volumeGroups[0]!, name: 'VolGroup00', uuid: 'VG-0' });
      },
      'FAIL auto-activation b',
    ],
    [
      'two hosts are clones of one another',
      (hosts) => {
        hosts.world.host('c').machineId = hosts.world.host('b').machineId;
      },
      'WARN host-identity c',
    ],
    [
      'there is no room for snapshots',
      (hosts) => {
        const { volumeGroups } = hosts.world.host('a').devices;
        volumeGroups[0] = { ...volumeGroups[0]!, freeBytes: 0 };
      },
      'FAIL snapshot-space a',
    ],
  ])('says so, with a remedy, when %s', async (_, spoil, expected) => {
    const hosts = ready();
    spoil(hosts);
    const { report, bad } = await check(hosts);
    expect(bad.map(short)).toContain(expected);
    for (const finding of bad) expect('remedy' in finding && finding.remedy).not.toBe('');
    expect(report.exitCode).toBe(bad.some(({ level }) => level === 'FAIL') ? 4 : 0);
    expect(hosts.traces).toEqual([]);
  });

  it('goes on with the others when a host does not answer', async () => {
    const hosts = ready();
    hosts.world.unreachable.set(
      'b',
      new XenBackupError('host-unreachable', { message: 'no route' }),
    );
    const { report, bad } = await check(hosts);
    expect(bad.map(short)).toContain('FAIL connection b');
    expect(report.findings.map(short)).toContain('OK data-path c');
    expect(report.exitCode).toBe(4);
  });

  it('refuses a guest that nobody has configured', async () => {
    const hosts = ready();
    const checking = checkAll(hosts.world.context(hosts.guests), ['dc9']);
    await expect(checking).rejects.toMatchObject({ code: 'guest-unknown' });
  });
});
