import { describe, expect, it } from 'vitest';
import { scenario, Stage, withFaults } from './stage.js';

const threeHosts = scenario('three-hosts');
const twoHosts = scenario('wrong-fstab');

/** Where the script of 2009 fails, line by line: what it must be instead. */
describe('what the 2009 script got wrong', () => {
  it('every target is served, not only the first', async () => {
    const stage = await Stage.open(threeHosts);
    const report = await stage.run('dc1');
    expect(report.guests[0]?.targets.map(({ host, outcome }) => `${host} ${outcome}`)).toEqual([
      'dom0b done',
      'dom0c done',
    ]);
    expect(stage.differences('dc1', 'dom0a', 'dom0c')).toEqual([]);
  });

  it('a volume group that is not found never means all of them', async () => {
    const empty = '{"report":[{"seg":[]}]}';
    const fault = `{ host: dom0a, command: "lvs *--segments", effect: { garble: '${empty}' } }`;
    const stage = await Stage.open(withFaults(twoHosts, fault));
    const { exitCode } = await stage.run('dc1');
    expect(exitCode).toBe(10);
    expect(stage.commands().filter((line) => line.startsWith('vgchange'))).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });

  it('guests share nothing: each standby gets its own guest, also when they are clones', async () => {
    const stage = await Stage.open(scenario('cloned-guests'));
    expect((await stage.run()).exitCode).toBe(0);
    for (const guest of ['web1', 'web2']) {
      expect(stage.differences(guest, 'dom0a', 'dom0b')).toEqual([]);
    }
  });

  it('a number in the name of a volume, or the run id, never leads to another device', async () => {
    const renamed = twoHosts.replaceAll('LogVolDc1', 'web-12-4242p1');
    const stage = await Stage.open(renamed);
    expect((await stage.run('dc1')).exitCode).toBe(0);
    expect(stage.differences('dc1', 'dom0a', 'dom0b')).toEqual([]);
  });

  it.each(['paused', 'crashed', 'dying', 'in shutdown', 'pmsuspended', 'shut off'])(
    'a guest that is %s is skipped with the reason, and nothing of it is opened',
    async (state) => {
      const text = twoHosts.replace('dom0a: running', `dom0a: ${state}`);
      const stage = await Stage.open(text);
      const { exitCode, guests } = await stage.run();
      expect(exitCode).toBe(0);
      expect(guests[0]).toMatchObject({ outcome: 'skipped', reason: expect.any(String) });
      expect(stage.commands().some((line) => line.startsWith('lvcreate'))).toBe(false);
    },
  );

  it('several addresses of a host do not hide which one it is', async () => {
    const text = threeHosts
      .replace('version: 1', 'version: 1\nrunOn: dom0a')
      .replace('addresses: [192.0.2.11]', 'addresses: [10.1.1.1, 192.0.2.11, "fd00::11"]');
    const stage = await Stage.open(text);
    expect((await stage.run('dc2')).guests[0]).toMatchObject({ outcome: 'done', source: 'dom0a' });
  });

  it('a disk that cannot be opened is said aloud', async () => {
    const text = twoHosts
      .replace(
        'disks: { xvda: /dev/VolGroupXX/LogVolDc1 }',
        'disks: { xvda: /dev/VolGroupXX/LogVolDc1, xvdb: { source: /srv/data.img, kind: file } }',
      )
      .replace(
        '\n    volumes:\n',
        '\n    images: { /srv/data.img: { size: 16MiB } }\n    volumes:\n',
      );
    const stage = await Stage.open(text);
    const { exitCode, guests } = await stage.run();
    expect(exitCode).toBe(10);
    expect(guests[0]?.reason).toContain('/srv/data.img');
  });

  it.each([
    [
      'the snapshot',
      '{ host: dom0a, step: create-snapshot, effect: { fail: { exitCode: 5, stderr: "  failed\\n" } } }',
    ],
    [
      'the map of the source',
      '{ host: dom0a, step: create-map, effect: { fail: { exitCode: 1, stderr: "failed\\n" } } }',
    ],
    [
      'the partitions of the source',
      '{ host: dom0a, step: add-partition-maps, effect: { fail: { exitCode: 1, stderr: "failed\\n" } } }',
    ],
    [
      'a mount of the source',
      '{ host: dom0a, step: mount, occurrence: 2, effect: { fail: { exitCode: 32, stderr: "mount: failed\\n" } } }',
    ],
    [
      'the map of the target',
      '{ host: dom0b, step: create-map, effect: { fail: { exitCode: 1, stderr: "failed\\n" } } }',
    ],
    [
      'a mount of the target',
      '{ host: dom0b, step: mount, effect: { fail: { exitCode: 32, stderr: "mount: failed\\n" } } }',
    ],
    [
      'a mount of the target that only says it was done',
      '{ host: dom0b, step: mount, effect: { lie: "" } }',
    ],
    [
      'a mount of the source that only says it was done',
      '{ host: dom0a, step: mount, occurrence: 2, effect: { lie: "" } }',
    ],
    [
      'the copy',
      '{ host: dom0a, step: copy, effect: { fail: { exitCode: 255, stderr: "ssh: failed\\n" } } }',
    ],
  ])('when %s fails, nothing is deleted and the run says so', async (_, fault) => {
    const stage = await Stage.open(withFaults(twoHosts, fault));
    const before = stage.trees('dom0b', 'dc1');
    const { exitCode } = await stage.run();
    stage.simulation.requireAllFaultsUsed();
    expect(exitCode).toBe(10);
    expect(stage.lost('dc1', before, 'dom0a', 'dom0b')).toEqual([]);
    expect(stage.trees('dom0b', 'dc1')).toEqual(before);
    expect(await stage.left()).toEqual([]);
  });

  it('the mount points are those of the fstab, parents first, and flags mean nothing', async () => {
    const stage = await Stage.open(threeHosts);
    await stage.run('dc2');
    const mounts = stage.commands('dom0a').filter((line) => /^mount -t (ext4|xfs)/.test(line));
    expect(mounts.map((line) => /(\w+) \/run\S*$/.exec(line)?.[0].split(' ')[0])).toHaveLength(3);
    expect(mounts[2]).toContain('-t xfs');
    expect(stage.differences('dc2', 'dom0a', 'dom0b')).toEqual([]);
  });

  it('volumes with hyphens in their names: /boot is copied', async () => {
    const stage = await Stage.open(threeHosts.replaceAll('LogVolDc1', 'Log-Vol-Dc1'));
    expect((await stage.run('dc1')).exitCode).toBe(0);
    expect(stage.differences('dc1', 'dom0a', 'dom0b')).toEqual([]);
  });

  it('swap is swap, whatever parted calls it: it is never mounted', async () => {
    const stage = await Stage.open(threeHosts);
    await stage.run('dc1');
    expect(stage.commands().filter((line) => /^mount .*swap/.test(line))).toEqual([]);
  });

  it('a snapshot that overflows in the middle deletes nothing that the source has', async () => {
    const stage = await Stage.open(scenario('overflow'));
    const before = stage.trees('dom0b', 'dc1');
    const { exitCode, guests } = await stage.run();
    stage.simulation.requireAllFaultsUsed();
    expect(exitCode).toBe(10);
    expect(guests[0]?.reason).toContain('overflowed');
    expect(stage.lost('dc1', before, 'dom0a', 'dom0b')).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });

  it('hard links, attributes, modes, owners and sparse files arrive', async () => {
    const stage = await Stage.open(threeHosts);
    await stage.run('dc1');
    const copy = stage.commands('dom0a').find((line) => line.includes('xen-backup-send'));
    expect(copy).toContain('-aHAXS --numeric-ids --modify-window=-1');
    expect(stage.differences('dc1', 'dom0a', 'dom0b')).toEqual([]);
  });

  it.each(['create-snapshot', 'mount', 'copy', 'unmount'])(
    'kill -9 at %s leaves nothing after recover, and blocks nobody',
    async (step) => {
      const stage = await Stage.open(
        withFaults(twoHosts, `{ step: ${step}, when: after, effect: { die: true } }`),
      );
      await stage.run().catch(() => undefined);
      stage.simulation.requireAllFaultsUsed();
      stage.simulation.restart();
      await stage.simulation.clock.sleep(600_000);
      expect((await stage.recover()).exitCode).toBe(0);
      expect(await stage.left()).toEqual([]);
      expect((await stage.run()).exitCode).toBe(0);
      expect(stage.differences('dc1', 'dom0a', 'dom0b')).toEqual([]);
    },
  );

  it('a standby that runs is never written', async () => {
    const stage = await Stage.open(twoHosts.replace('dom0b: shut off', 'dom0b: paused'));
    const before = stage.trees('dom0b', 'dc1');
    const { exitCode, guests } = await stage.run();
    expect(exitCode).toBe(10);
    expect(guests[0]?.reason).toContain('paused');
    expect(stage.trees('dom0b', 'dc1')).toEqual(before);
  });

  it('logging starts no process, and a run starts few', async () => {
    const stage = await Stage.open(threeHosts);
    await stage.run('dc1');
    const commands = stage.commands();
    expect(commands.filter((line) => line.includes('logger'))).toEqual([]);
    // Three hosts, two file systems: the script starts thousands for as many lines of rsync.
    expect(commands.length).toBeLessThan(400);
  });
});
