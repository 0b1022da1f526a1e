import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/index.js';
import { deathAt, dieAt, journals, recover } from '../testing/dead-runs.contract.js';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

describe('a run that dies at any moment', () => {
  it.each([
    ['after', 1],
    // Much as after the call before; not where calls are under way at the same time.
    ['before', 3],
  ] as const)(
    'leaves nothing after recover, and no standby that only looks whole (%s a call)',
    async (moment, stride) => {
      let [moments, torn] = [0, 0];
      for (let index = 0; ; index += stride) {
        const hosts = new ThreeHosts();
        if (!(await dieAt(hosts, index, moment))) break;
        moments += 1;
        const context = `death ${moment} call ${String(index)}`;
        for (const name of ['b', 'c']) {
          const [record, data] = [hosts.record(name), hosts.data(name)];
          // Untouched, or marked: never a mixture that looks whole.
          if (record?.state === 'complete') expect(data, context).toEqual(['new', 'new']);
          if (record === undefined) expect(data, context).toEqual(['old', 'old']);
          if (record?.state === 'syncing') torn += 1;
        }
        const report = await recover(hosts);
        expect(report, context).toMatchObject({ exitCode: 0, residue: [] });
        expect(hosts.traces, context).toEqual([]);
        // Again finds nothing.
        hosts.world.calls.length = 0;
        await recover(hosts);
        expect(hosts.world.trace(/remove|unmount/), context).toEqual([]);
        // And the next run is a good one.
        expect(await hosts.report(), context).toMatchObject({ outcome: 'done' });
        expect(hosts.data('b'), context).toEqual(['new', 'new']);
      }
      expect(moments * stride).toBeGreaterThan(150);
      expect(torn * stride).toBeGreaterThan(10);
    },
    // Hundreds of runs, on machines that have other work too.
    120_000,
  );

  it('is cleaned up by the next run without recover', async () => {
    for (let index = 0; ; index += 7) {
      const hosts = new ThreeHosts();
      if (!(await dieAt(hosts, index, 'after'))) break;
      expect(await hosts.report(), String(index)).toMatchObject({ outcome: 'done' });
      expect(hosts.traces, String(index)).toEqual([]);
    }
  });

  it('is cleaned up without its journals, by what bears our stamp', async () => {
    for (let index = 0; ; index += 5) {
      const hosts = new ThreeHosts();
      if (!(await dieAt(hosts, index, 'after'))) break;
      for (const { files } of hosts.world.hosts.values()) {
        for (const path of files.keys()) if (path.startsWith(journals)) files.delete(path);
      }
      expect(await recover(hosts), String(index)).toMatchObject({ exitCode: 0, residue: [] });
      expect(hosts.traces, String(index)).toEqual([]);
    }
  });

  it('is cleaned up after a recover that died itself', async () => {
    for (let index = 0; ; index += 3) {
      const hosts = new ThreeHosts();
      await dieAt(hosts, 150, 'after');
      const died = deathAt(hosts, index, 'after');
      await recover(hosts).catch(() => undefined);
      hosts.world.revive();
      expect(await recover(hosts), String(index)).toMatchObject({ exitCode: 0 });
      expect(hosts.traces, String(index)).toEqual([]);
      if (!died()) break;
    }
  });
});

describe('recover under difficulties', () => {
  const path = `${journals}/run0000001.ndjson`;
  const readOnly = new XenBackupError('file-unreadable', { message: 'Read-only file system' });

  async function interruptedRun(): Promise<ThreeHosts> {
    const hosts = new ThreeHosts();
    await dieAt(hosts, 150, 'after');
    return hosts;
  }

  it.each([
    ['the state directory is full or read-only', /a: (remove-file|append|write)/],
    ['the journal cannot be read', /a: read .*ndjson/],
    ['the journals cannot be listed', /a: list .*journals/],
  ])('takes everything down although %s, says so, and ends in 10', async (_, pattern) => {
    const hosts = await interruptedRun();
    hosts.world.fail(pattern, readOnly);
    const report = await recover(hosts);
    expect(report.exitCode).toBe(10);
    expect(report.residue.join()).toContain('Read-only file system');
    expect(hosts.traces).toEqual([`a: file ${path}`]);
    hosts.world.revive();
    expect(await recover(hosts)).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.traces).toEqual([]);
  });

  it.each([
    ['garbage', 'no journal\n\u0000\u001b[2J\n{"v":1}\n'],
    ['nothing', ''],
    ['a line that was torn in the middle', undefined],
  ])('finds by its stamp what a journal does not tell that holds %s', async (_, text) => {
    const hosts = await interruptedRun();
    const { files } = hosts.world.host('a');
    const whole = files.get(path) ?? '';
    files.set(path, text ?? whole.slice(0, whole.length / 2));
    expect(await recover(hosts)).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.traces).toEqual([]);
  });

  it('finds the snapshots after a reboot, which took maps, mounts and rules with it', async () => {
    const hosts = await interruptedRun();
    for (const host of hosts.world.hosts.values()) {
      host.bootId = `second-boot-of-${host.name}`;
      host.devices.maps.clear();
      host.mounts.entries.length = 0;
      host.mounts.directories.clear();
      host.rules.clear();
    }
    expect(hosts.traces.some((line) => line.includes('snapshot'))).toBe(true);
    expect(await recover(hosts)).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.traces).toEqual([]);
  });

  it('names a volume of a guest that is active on the host, and leaves it alone', async () => {
    const hosts = await interruptedRun();
    const { maps } = hosts.world.host('a').devices;
    const [shown] = [...maps.values()];
    const uuid = `LVM-${'g'.repeat(32)}${'v'.repeat(32)}`;
    maps.set('VolGroup00-LogVol00', { ...shown!, uuid, below: [] });
    await recover(hosts);
    expect([...maps.keys()]).toEqual(['VolGroup00-LogVol00']);
    expect(hosts.world.events).toContainEqual(
      expect.objectContaining({
        type: 'notice',
        level: 'warning',
        host: 'a',
        message: expect.stringContaining('VolGroup00-LogVol00'),
        remedy: expect.stringContaining('vgchange -an'),
      }),
    );
  });
});
