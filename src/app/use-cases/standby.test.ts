import { describe, expect, it } from 'vitest';
import { type StandbyRecord, XenBackupError } from '../../core/index.js';
import type { CopyOutcome } from '../../ports/index.js';
import { quietStatistics } from '../testing/memory-mounts.contract.js';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

const path = '/var/lib/xen-backup/records/dc1.json';
const onlyB = { targets: ['b'] };
const discard = { ...onlyB, guests: ['dc1'], discardStandbyChanges: 'dc1' };
const lost: CopyOutcome = { kind: 'connection-lost', exitCode: 255, text: 'gone' };
const done: CopyOutcome = { kind: 'done', statistics: quietStatistics };

/** Three hosts after a first good run; then somebody mounts the standby's root on b. */
async function used() {
  const hosts = await replicated();
  hosts.world.host('b').mounts.use('aaaa-root');
  return hosts;
}

async function replicated() {
  const hosts = new ThreeHosts();
  expect(await hosts.report()).toMatchObject({ outcome: 'done' });
  hosts.world.calls.length = 0;
  hosts.world.events.length = 0;
  return hosts;
}

/** As a version before seals wrote it. */
function unseal(hosts: ThreeHosts) {
  const { seal: _seal, ...rest }: StandbyRecord = hosts.record('b')!;
  hosts.world.host('b').files.set(path, JSON.stringify(rest));
}

const notices = (hosts: ThreeHosts) =>
  hosts.world.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

describe('a standby that was used since the last replication', () => {
  it.each(['run', 'dry-run', 'plan'] as const)(
    'is refused by %s before anything of it is mapped, and told',
    async (mode) => {
      const hosts = await used();
      const before = hosts.world.host('b').record('dc1');
      const { report } = await hosts.run({ mode });
      expect(report.exitCode).toBe(mode === 'plan' ? 4 : 10);
      expect(report.guests[0]?.targets).toMatchObject([
        {
          host: 'b',
          code: 'standby-used',
          reason: expect.stringMatching(
            /was used since replication 1 from a, recorded at 2026-.*VolGroup00\/LogVol00 \(ext3\)/,
          ),
          remedy: expect.stringContaining(
            'xen-backup run dc1 --target b --discard-standby-changes dc1',
          ),
          standby: 'complete',
        },
        { host: 'c', outcome: 'done' },
      ]);
      expect(hosts.world.trace(/^b: (create-map|mount |write .*records)/)).toEqual([]);
      expect(hosts.world.host('b').record('dc1')).toBe(before);
      expect(hosts.traces).toEqual([]);
    },
  );

  it('is overwritten when that is asked for by name, and good from then on', async () => {
    const hosts = await used();
    expect(await hosts.report({ ...discard, mode: 'dry-run' })).toMatchObject({ outcome: 'done' });
    expect(await hosts.report()).toMatchObject({ code: 'standby-used' });
    expect(await hosts.report(discard)).toMatchObject({ outcome: 'done' });
    expect(notices(hosts)).toContain(
      'what was changed on the standby of dc1 on b is discarded, as asked',
    );
    expect(await hosts.report()).toMatchObject({ outcome: 'done' });
  });

  it('is refused again when the run that was to overwrite it has not written a byte', async () => {
    const hosts = await used();
    hosts.world.host('a').mounts.onCopy = () => lost;
    await hosts.run(discard);
    hosts.world.host('a').mounts.onCopy = () => done;
    expect(await hosts.report(onlyB)).toMatchObject({ code: 'standby-used' });
  });

  it.each([
    ['no guest', []],
    ['another guest', ['dc2']],
    ['two guests', ['dc1', 'dc2']],
  ])('is not overwritten where %s is named beside it', async (_, guests) => {
    const hosts = await used();
    await expect(hosts.run({ guests, discardStandbyChanges: 'dc1' })).rejects.toMatchObject({
      code: 'usage-invalid',
    });
    expect(hosts.world.trace()).toEqual([]);
  });
});

describe('whether a standby was used cannot be told', () => {
  it('of one that was never told anything: it was seeded by hand', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('b').mounts.use('aaaa-root');
    const report = await hosts.report({ ...onlyB, mode: 'plan' });
    expect(report).toMatchObject({ outcome: 'done', targets: [{ standby: 'unrecorded' }] });
    expect(notices(hosts)).toEqual([]);
  });

  it('of one whose record an older version wrote: it is accepted once, and said', async () => {
    const hosts = await used();
    unseal(hosts);
    expect(await hosts.report(onlyB)).toMatchObject({ outcome: 'done' });
    expect(notices(hosts)).toEqual([expect.stringMatching(/cannot be told: an older version/)]);
    hosts.world.host('b').mounts.use('aaaa-root');
    expect(await hosts.report(onlyB)).toMatchObject({ code: 'standby-used' });
  });

  it('of one that a run had mounted when it died: it is accepted, and said', async () => {
    const hosts = await replicated();
    hosts.world.watchers.push(({ what }, moment) => {
      if (moment === 'after' && /^mount .* rw,/.test(what)) hosts.world.die();
    });
    await hosts.run(onlyB).catch(() => undefined);
    expect(hosts.record('b')).toMatchObject({ state: 'complete', seal: { kind: 'broken' } });
    hosts.world.revive();
    expect(await hosts.report(onlyB)).toMatchObject({ outcome: 'done' });
    expect(notices(hosts)).toContainEqual(expect.stringMatching(/run0000002 had it open and died/));
  });

  it('of a former source: it was in use by right', async () => {
    const hosts = await replicated();
    hosts.world.host('a').domains.get('dc1')!.state = 'shut off';
    hosts.world.host('b').domains.get('dc1')!.state = 'running';
    for (const host of ['a', 'b']) hosts.world.host(host).mounts.use('aaaa-root');
    expect(await hosts.report()).toMatchObject({ outcome: 'done', source: 'b' });
  });
});

describe('a run that mounted a standby and wrote nothing', () => {
  it('seals it anew, so that the next run knows it', async () => {
    const hosts = await replicated();
    const before = hosts.record('b');
    hosts.world.host('a').mounts.onCopy = () => lost;
    expect(await hosts.report(onlyB)).toMatchObject({ outcome: 'failed' });
    expect(hosts.record('b')).toMatchObject({ state: 'complete', counter: before?.counter });
    expect(hosts.record('b')?.seal).not.toEqual(before?.seal);
    hosts.world.host('a').mounts.onCopy = () => done;
    expect(await hosts.report(onlyB)).toMatchObject({ outcome: 'done' });
    expect(notices(hosts)).toEqual([]);
  });

  it('leaves the old seal where a guest was started on it meanwhile', async () => {
    const hosts = await replicated();
    hosts.world.host('a').mounts.onCopy = ({ pass }) => {
      if (pass === 'dry') hosts.world.host('b').domains.get('dc1')!.state = 'running';
      return done;
    };
    expect(await hosts.report(onlyB)).toMatchObject({ code: 'standby-in-use' });
    hosts.world.host('b').domains.get('dc1')!.state = 'shut off';
    expect(await hosts.report(onlyB)).toMatchObject({ code: 'standby-used' });
  });
});

describe('a guest that starts on its standby while it is written', () => {
  it('ends that copy, and leaves the standby torn; the others come to their end', async () => {
    const hosts = await replicated();
    hosts.world.host('a').mounts.onCopy = ({ pass, peer }, { signal }) => {
      if (pass === 'dry' || peer.address !== 'b.example') return done;
      hosts.world.host('b').domains.get('dc1')!.state = 'paused';
      return new Promise((resolve) => {
        signal?.addEventListener('abort', () => {
          resolve({ kind: 'interrupted', exitCode: 20, text: '' });
        });
      });
    };
    const { report } = await hosts.run();
    expect(report.exitCode).toBe(10);
    expect(report.guests[0]?.targets).toMatchObject([
      { host: 'b', outcome: 'failed', code: 'standby-in-use', standby: 'torn' },
      { host: 'c', outcome: 'done', standby: 'complete' },
    ]);
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
    expect(hosts.record('b')?.seal).toBeUndefined();
    expect(hosts.traces).toEqual([]);
  });

  it('leaves it torn also when nothing is left to be copied', async () => {
    const hosts = await replicated();
    hosts.world.watchers.push(({ host, what }, moment) => {
      if (host === 'b' && moment === 'after' && what.startsWith('unmount')) {
        hosts.world.host('b').domains.get('dc1')!.state = 'running';
      }
    });
    expect(await hosts.report(onlyB)).toMatchObject({ code: 'standby-in-use' });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
  });
});

describe('a record that cannot be written', () => {
  const full = new XenBackupError('file-unreadable', { message: 'No space left on device' });

  it.each([
    ['before the first mount', 1, { state: 'complete', seal: { kind: 'whole' } }, /^b: mount /],
    ['before the first byte', 2, { state: 'complete' }, /copy real/],
  ] as const)('%s leaves the standby as it is', async (_, nth, record, effect) => {
    const hosts = await replicated();
    failWrite(hosts, nth);
    expect(await hosts.report(onlyB)).toMatchObject({ code: 'file-unreadable' });
    expect(hosts.record('b')).toMatchObject(record);
    expect(hosts.world.trace(effect)).toEqual([]);
    expect(hosts.data('b')).toEqual(['new', 'new']);
  });

  it('after the last byte never makes it look complete', async () => {
    const hosts = await replicated();
    failWrite(hosts, 3);
    expect(await hosts.report(onlyB)).toMatchObject({ code: 'file-unreadable' });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
    hosts.world.watchers.length = 0;
    expect(await hosts.report({ ...onlyB, mode: 'plan' })).toMatchObject({
      targets: [{ standby: 'torn' }],
    });
  });

  it('after the last byte, because the disks cannot be read, neither', async () => {
    const hosts = new ThreeHosts();
    hosts.world.fail(/^b: digest/, full);
    expect(await hosts.report(onlyB)).toMatchObject({ code: 'file-unreadable' });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
  });

  /** The nth write of b's record, and all after it, fail. */
  function failWrite(hosts: ThreeHosts, nth: number) {
    let writes = 0;
    hosts.world.watchers.push(({ host, what }, moment) => {
      if (host !== 'b' || moment !== 'before' || !/^write .*records/.test(what)) return;
      writes += 1;
      if (writes >= nth) throw full;
    });
  }
});

describe('whoever reads that a standby is torn', () => {
  async function torn() {
    const hosts = await replicated();
    hosts.world.host('a').mounts.onCopy = ({ pass }) => (pass === 'real' ? lost : done);
    expect(await hosts.report(onlyB)).toMatchObject({
      outcome: 'failed',
      targets: [{ standby: 'torn' }],
    });
    hosts.world.host('a').mounts.onCopy = () => done;
    hosts.world.events.length = 0;
    return hosts;
  }

  it('knows it in a plan', async () => {
    const hosts = await torn();
    const { plans } = await hosts.run({ mode: 'plan' });
    expect(plans[0]?.targets).toMatchObject([{ standby: 'torn' }, { standby: 'complete' }]);
    expect(notices(hosts)).toContainEqual(expect.stringMatching(/on b is torn: run run0000002/));
  });

  it('knows it in the next run, which repairs it', async () => {
    const hosts = await torn();
    hosts.world.host('b').mounts.use('aaaa-root');
    expect(await hosts.report(onlyB)).toMatchObject({
      outcome: 'done',
      targets: [{ standby: 'complete' }],
    });
  });

  it('knows it when it is to be the source', async () => {
    const hosts = await torn();
    for (const host of ['a', 'b']) hosts.world.host(host).domains.get('dc1')!.state = 'shut off';
    expect(await hosts.report({ from: 'b' })).toMatchObject({ code: 'source-unproven' });
    hosts.world.host('b').domains.get('dc1')!.state = 'running';
    const report = await hosts.report({ targets: ['a'] });
    expect(report).toMatchObject({ code: 'source-outdated' });
    const asked = { targets: ['a'], guests: ['dc1'], discardStandbyChanges: 'dc1' };
    expect(await hosts.report(asked)).toMatchObject({ code: 'source-outdated' });
  });
});

describe('a standby in use', () => {
  const held = { words: ['mount /mnt'], activeGroups: [] };

  function open(hosts: ThreeHosts, holders: { words: string[]; activeGroups: string[] }) {
    const { devices } = hosts.world.host('b');
    devices.logicalVolumes.set('dc1-xvda', {
      ...devices.logicalVolumes.get('dc1-xvda')!,
      open: true,
    });
    devices.holders = holders;
  }

  it('is refused when it stays open, and who holds it is named', async () => {
    const hosts = await replicated();
    open(hosts, held);
    const [report] = (await hosts.report()).targets;
    expect(report).toMatchObject({
      code: 'standby-in-use',
      reason: 'vg/dc1-xvda (disk xvda of dc1) on b is in use: mount /mnt',
    });
    expect(hosts.world.trace(/^b: (digest|create-map|mount )/)).toEqual([]);
    // A few looks, each after udev has come to rest.
    expect(hosts.world.trace(/^b: settle/)).toHaveLength(3);
  });

  it('is not in use when udev had it open for a moment', async () => {
    const hosts = await replicated();
    open(hosts, held);
    let looks = 0;
    hosts.world.watchers.push(({ host, what }, moment) => {
      if (host !== 'b' || moment !== 'before' || !what.startsWith('find-volume')) return;
      looks += 1;
      const { logicalVolumes } = hosts.world.host('b').devices;
      const volume = logicalVolumes.get('dc1-xvda')!;
      if (looks === 2) logicalVolumes.set('dc1-xvda', { ...volume, open: false });
    });
    expect(await hosts.report()).toMatchObject({ outcome: 'done' });
  });

  it('is refused with the way out where the host activated a group on it', async () => {
    const hosts = await replicated();
    open(hosts, { words: ['map vg-dc1--xvdap2'], activeGroups: ['VolGroup00'] });
    const [report] = (await hosts.report()).targets;
    expect(report?.remedy).toMatch(/vgchange -an VolGroup00 .* kpartx -d -p p \/dev\/vg\/dc1-xvda/);
  });

  it('is asked for many times, but one answer that fails ends no copy', async () => {
    const hosts = await replicated();
    const fails = new XenBackupError('hypervisor-unreachable', { message: 'libvirt restarts' });
    let asked = 0;
    hosts.world.watchers.push(({ host, what }, moment) => {
      if (host !== 'b' || moment !== 'before' || what !== 'state dc1') return;
      asked += 1;
      if (asked === 3) throw fails;
    });
    hosts.world.host('a').mounts.onCopy = async ({ pass }) => {
      const until = asked + 3;
      while (pass === 'dry' && asked < until) await new Promise((go) => setImmediate(go));
      return done;
    };
    expect(await hosts.report(onlyB)).toMatchObject({ outcome: 'done' });
    expect(asked).toBeGreaterThan(5);
  });
});
