import { describe, expect, it } from 'vitest';
import { Stage } from '../flow/stage.js';
import { scenarioOf, zoo } from '../cli/capture-zoo.js';

/** btrfs on two disks, `@` and `@home` in it. The standby's files are of an earlier day. */
function scenario(standby: (text: string) => string = (text) => text): string {
  const layout = zoo.find(({ name }) => name === 'btrfs on two disks with subvolumes');
  if (layout === undefined) throw new Error('the layout is gone');
  const older = (text: string): string => text.replace('today', 'an earlier day');
  const disks = Object.entries(layout.disks).map(([target, text]) => [
    target,
    standby(older(text)),
  ]);
  return scenarioOf({ ...layout, standby: Object.fromEntries(disks) as Record<string, string> });
}

const options = (stage: Stage, host: string) =>
  stage
    .commands(host)
    .filter((line) => line.startsWith('mount -t btrfs'))
    .map((line) => line.split(' ')[4]?.replaceAll(/xen-backup-[a-z0-9]{10}/g, 'OURS'));

describe('btrfs', () => {
  it('on several disks is opened with all of them, whole, and copied with its subvolumes', async () => {
    const stage = await Stage.open(scenario());
    expect(stage.differences('customer', 'dom0a', 'dom0b')).toEqual(['@home/kept']);
    const { exitCode, guests } = await stage.run();
    expect({ exitCode, guests }).toMatchObject({ exitCode: 0 });
    expect(stage.differences('customer', 'dom0a', 'dom0b')).toEqual([]);
    expect(options(stage, 'dom0a')).toEqual([
      'ro,nosuid,nodev,noexec,subvolid=5,device=/dev/mapper/OURS-4',
    ]);
    expect(options(stage, 'dom0b')[0]).toContain('subvolid=5,device=/dev/mapper/OURS-');
    expect(await stage.left()).toEqual([]);
  });

  it('finds its fstab in the subvolume of the root, and gives each subvolume its place', async () => {
    const stage = await Stage.open(scenario());
    const { plans } = await stage.look();
    expect(plans[0]?.mounts.order).toEqual([
      {
        position: 'xvda',
        guestPath: '/',
        otherGuestPaths: ['/home'],
        subvolumes: [
          { path: '/@', guestPath: '/' },
          { path: '/@home', guestPath: '/home' },
        ],
      },
    ]);
  });

  it('is refused before a byte is written when the standby has a directory for a subvolume', async () => {
    const stage = await Stage.open(
      scenario((text) => text.replace('subvolumes: [/@, /@home]', 'subvolumes: [/@]')),
    );
    const before = stage.trees('dom0b', 'customer');
    const { exitCode, guests } = await stage.run();
    expect(exitCode).toBe(10);
    expect(guests[0]?.targets[0]).toMatchObject({
      code: 'layout-drift',
      reason: 'subvolume /@home of xvda does not exist on the standby on dom0b',
    });
    expect(stage.trees('dom0b', 'customer')).toEqual(before);
    expect(await stage.left()).toEqual([]);
  });

  it('is refused when the standby has another device of it', async () => {
    const stage = await Stage.open(scenario((text) => text.replaceAll('0d7c8d00d2', '0d7c8d00d3')));
    const { exitCode, guests } = await stage.run();
    expect(exitCode).toBe(10);
    expect(guests[0]?.targets[0]?.reason).toMatch(
      /disk xvdb has the device UUID .*d2 on the source/,
    );
  });

  it('is refused when one of its devices is none of the guest’s disks', async () => {
    const stage = await Stage.open(scenario().replaceAll(', xvdb: /dev/vg/customer-xvdb', ''));
    const { exitCode, guests } = await stage.run();
    expect(exitCode).toBe(10);
    expect(guests[0]?.remedy).toMatch(/only opened with all of its devices/);
    expect(await stage.left()).toEqual([]);
  });

  it('is refused when a guest has a disk and its copy', async () => {
    const stage = await Stage.open(
      scenario()
        .replaceAll(
          'deviceUuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d00d2',
          'deviceUuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d00d1',
        )
        .replaceAll('otherDevices: [0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d00d2], ', ''),
    );
    const { exitCode, guests } = await stage.run();
    expect(exitCode).toBe(10);
    expect(guests[0]?.reason).toMatch(/xvdb and xvda are the same device of one btrfs/);
    expect(await stage.left()).toEqual([]);
  });
});
