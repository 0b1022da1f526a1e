import { describe, expect, it } from 'vitest';
import { connectNbd } from '../../fakes/block/nbd.js';
import { noteWrite } from '../../fakes/block/writes.js';
import type { GuestReport, RunReport } from '../../src/index.js';
import { removeFile } from '../../fakes/filesystem/files.js';
import { scenario, Stage, withFaults } from './stage.js';

const images = scenario('qcow2-images');
const fromHere = { from: 'dom0a', discardStandbyChanges: 'web' } as const;

function only({ guests: [guest] }: RunReport): GuestReport {
  if (guest === undefined) throw new Error('no guest was reported');
  return guest;
}

/** The scenario with something said of the source's first image. */
function saying(state: string): string {
  return images.replace('qcow2: {}', `qcow2: { ${state} }`);
}

describe('disks in qcow2 images', () => {
  it('of a guest that is shut off are copied, each by a server of its own', async () => {
    const stage = await Stage.open(images);
    const guest = only(await stage.run('web', fromHere));
    expect(guest).toMatchObject({ outcome: 'done', targets: [{ standby: 'complete' }] });
    expect(stage.differences('web', 'dom0a', 'dom0b')).toEqual([]);
    const served = (host: string) =>
      stage.commands(host).filter((line) => line.startsWith('qemu-nbd --connect'));
    for (const line of served('dom0a')) expect(line).toContain('--read-only');
    for (const line of served('dom0b')) expect(line).not.toContain('--read-only');
    expect(served('dom0a').length).toBeGreaterThanOrEqual(2);
    expect(await stage.left()).toEqual([]);
    expect(stage.simulation.violations).toEqual([]);
  });

  it('know a standby that was not touched since, and one that was', async () => {
    const stage = await Stage.open(images);
    await stage.run('web', fromHere);
    expect(only(await stage.run('web', { from: 'dom0a' }))).toMatchObject({ outcome: 'done' });
    const standby = stage.machine('dom0b');
    const socket = '/tmp/somebody.socket';
    const path = '/srv/images/web-data.qcow2';
    const device = connectNbd(standby, { name: 'nbd7', path, access: 'read-write', socket });
    noteWrite(standby, '43:7', { start: 8, sectors: 8 });
    standby.devices.delete('43:7');
    expect(device.kernelName).toBe('nbd7');
    const guest = only(await stage.run('web', { from: 'dom0a' }));
    expect(guest.targets[0]).toMatchObject({ code: 'standby-used' });
    expect(guest.targets[0]?.reason).toContain('xvdb (qcow2) changed');
  });

  it('of a guest that runs are refused, whatever its operator accepts', async () => {
    const running = images
      .replace('dom0a: shut off', 'dom0a: running')
      .replace('[dom0a, dom0b] }', '[dom0a, dom0b], withoutSnapshot: [xvda, xvdb] }');
    const stage = await Stage.open(running);
    const guest = only(await stage.run('web'));
    expect(guest).toMatchObject({ outcome: 'failed', code: 'disk-unsupported' });
    expect(guest.reason).toContain('is a qcow2 image (/srv/images/web');
    expect(guest.remedy).toContain('withoutSnapshot does not help');
    expect(stage.commands().some((line) => line.startsWith('qemu-nbd'))).toBe(false);
  });

  it.each([
    ['backingFile: base.qcow2', /shows another image, base\.qcow2/],
    ['dataFile: data.raw', /data in a file of its own/],
    ['encrypted: true', /encrypted by QEMU/],
    ['snapshots: [before]', /snapshots inside \(before\)/],
    ['dirty: true', /dirty bit/],
    ['corrupt: true', /marked as damaged/],
  ])('that say of themselves %s are refused on either side, untouched', async (state, reason) => {
    const stage = await Stage.open(saying(state));
    const guest = only(await stage.run('web', fromHere));
    expect(guest).toMatchObject({ code: 'disk-unsupported' });
    expect(guest.reason).toMatch(reason);
    expect(stage.commands().some((line) => line.startsWith('qemu-nbd'))).toBe(false);
    expect(await stage.left()).toEqual([]);
  });

  it.each<[string, string, RegExp, RegExp]>([
    ['without qemu-utils', 'tools: { qemu-img: null }', /dom0a has no qemu-img/, /qemu-utils/],
    [
      'without the module',
      'nbd: { devices: 0 }',
      /no network block devices/,
      /modprobe nbd max_part=0/,
    ],
    [
      'whose kernel looks for partitions',
      'nbd: { maxPartitions: 16 }',
      /looks for partitions .*max_part=16/,
      /rmmod nbd; modprobe nbd max_part=0/,
    ],
  ])(
    'are refused by check and plan on a host %s, with what to do',
    async (_, change, reason, remedy) => {
      const text = images.replace(
        'addresses: [192.0.2.11]',
        `addresses: [192.0.2.11]\n    ${change}`,
      );
      const stage = await Stage.open(text);
      const guest = only(await stage.run('web', fromHere));
      expect(guest).toMatchObject({ code: 'disk-unsupported' });
      expect(guest.reason).toMatch(reason);
      expect(guest.remedy).toMatch(remedy);
      const { exitCode, findings } = await stage.check();
      expect(exitCode).toBe(4);
      expect(findings).toContainEqual(
        expect.objectContaining({
          ...{ level: 'FAIL', subject: 'disks', host: 'dom0a', guest: 'web' },
          message: expect.stringMatching(reason),
          remedy: expect.stringMatching(remedy),
        }),
      );
    },
  );

  it('are found to be openable by check, on hosts that have all it needs', async () => {
    const { findings } = await (await Stage.open(images)).check();
    const about = findings.filter(({ subject }) => subject === 'disks');
    expect(about.map(({ level, host }) => `${level} ${host ?? ''}`)).toEqual([
      'OK dom0a',
      'OK dom0b',
    ]);
  });

  it('are shown by whatever device is free, and nobody else’s is let go', async () => {
    const stage = await Stage.open(images);
    const source = stage.machine('dom0a');
    const others = source.images.values().next().value;
    expect(others?.path).toBe('/srv/images/web.qcow2');
    // Somebody reads an image by nbd0; so may we, at the same time.
    const path = '/srv/images/web.qcow2';
    connectNbd(source, { name: 'nbd0', path, access: 'read-only', socket: '/tmp/other.socket' });
    expect(only(await stage.run('web', fromHere))).toMatchObject({ outcome: 'done' });
    expect(await stage.left()).toEqual(['loops: nbd0 of /srv/images/web.qcow2']);
  });

  it('are refused while all network block devices are used', async () => {
    const one = images.replace(
      'addresses: [192.0.2.11]',
      'addresses: [192.0.2.11]\n    nbd: { devices: 1 }',
    );
    const stage = await Stage.open(one);
    const guest = only(await stage.run('web', fromHere));
    expect(guest).toMatchObject({ outcome: 'failed', code: 'disk-unsupported' });
    expect(guest.reason).toMatch(/no network block device of dom0a is free: 1 are used/);
    expect(await stage.left()).toEqual([]);
  });

  it('of a standby that another QEMU has open are refused, and it is named', async () => {
    const stage = await Stage.open(images);
    const path = '/srv/images/web.qcow2';
    const socket = '/tmp/other.socket';
    connectNbd(stage.machine('dom0b'), { name: 'nbd3', path, access: 'read-write', socket });
    const guest = only(await stage.run('web', fromHere));
    expect(guest.targets[0]).toMatchObject({ code: 'standby-in-use' });
    expect(guest.targets[0]?.reason).toMatch(
      /qemu-nbd \(pid \d+, has \/srv\/images\/web\.qcow2 open\)/,
    );
  });

  it('of a source that another QEMU writes to are refused', async () => {
    const stage = await Stage.open(images);
    const path = '/srv/images/web.qcow2';
    const socket = '/tmp/other.socket';
    connectNbd(stage.machine('dom0a'), { name: 'nbd3', path, access: 'read-write', socket });
    const guest = only(await stage.run('web', fromHere));
    expect(guest).toMatchObject({ outcome: 'failed', code: 'volume-busy' });
    expect(guest.reason).toContain('another process on dom0a has the image');
    expect(await stage.left()).toEqual(['loops: nbd3 of /srv/images/web.qcow2']);
  });

  it.each([
    ['before', 'with'],
    ['after', 'with'],
    ['before', 'without'],
    ['after', 'without'],
  ])('leave no server after a kill %s it was started, %s a journal', async (moment, kind) => {
    const fault = `{ command: "qemu-nbd", occurrence: 2, when: ${moment}, effect: { die: true } }`;
    const stage = await Stage.open(withFaults(images, fault));
    await stage.die('web', fromHere);
    for (const host of kind === 'without' ? ['dom0a', 'dom0b'] : []) {
      for (const path of stage.journals(host)) removeFile(stage.machine(host), path);
    }
    expect((await stage.recover()).exitCode).toBe(0);
    expect(await stage.left()).toEqual([]);
    expect(stage.simulation.violations).toEqual([]);
    expect(only(await stage.run('web', fromHere))).toMatchObject({ outcome: 'done' });
  });
});
