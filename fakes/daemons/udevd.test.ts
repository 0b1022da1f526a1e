import { beforeEach, describe, expect, it } from 'vitest';
import { keyOf } from '../block/devices.js';
import { createMap, removeMap } from '../block/maps.js';
import { mapSlices, unmapSlices } from '../block/partition-maps.js';
import { writeContent } from '../block/contents.js';
import { settleUdev } from '../block/udev-queue.js';
import type { BlockDevice } from '../block/types.js';
import { FileContent } from '../filesystem/content.js';
import { writeFile } from '../filesystem/files.js';
import { createVolume, createVolumeGroup } from '../lvm/create.js';
import { deactivateGroup } from '../lvm/activate-group.js';
import { TestMachine } from '../test-machine.contract.js';

const rulePath = '/run/udev/rules.d';
const rule =
  'SUBSYSTEM=="block", ENV{DM_NAME}=="ours-*", ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1", OPTIONS+="nowatch"\n';

describe('udev', () => {
  let host: TestMachine;
  let wrapper: BlockDevice;

  /** A guest's disk with one partition that bears the group `VolGroup00`. */
  beforeEach(async () => {
    host = new TestMachine();
    const { machine } = host;
    machine.udev.autoActivation = 'off';
    wrapper = host.wrap('ours-1', host.volume('guest', 64));
    writeContent(machine, keyOf(wrapper.number), {
      kind: 'partition-table',
      label: 'msdos',
      uuid: '12345678',
      logicalSectorBytes: 512,
      entries: [
        {
          number: 1,
          kind: 'primary',
          start: 2048,
          sectors: 120_000,
          type: '0x8e',
          bootable: false,
        },
      ],
    });
    showPartition();
    const device = host.device('/dev/mapper/ours-1p1');
    const group = createVolumeGroup(machine, { name: 'VolGroup00', devices: [{ device }] });
    deactivateGroup(machine, createVolume(machine, group, { name: 'LogVol00', extentCount: 4 }));
    unmapSlices(machine, wrapper);
    await settleUdev(machine, 60_000);
    machine.udev.autoActivation = 'on';
  });

  function showPartition(): void {
    mapSlices(host.machine, wrapper, { delimiter: 'p', access: 'read-write' });
  }

  async function install(name: string, text: string): Promise<void> {
    writeFile(host.machine, `${rulePath}/${name}`, FileContent.fromText(text));
    await host.run(['udevadm', 'control', '--reload']);
  }

  it('activates a guest’s group by itself after its partition appeared, and not at once', async () => {
    showPartition();
    expect(host.maps).not.toContain('VolGroup00-LogVol00');
    await settleUdev(host.machine, 60_000);
    expect(host.maps).not.toContain('VolGroup00-LogVol00');
    await host.wait(30_000);
    expect(host.maps).toContain('VolGroup00-LogVol00');
  });

  it('leaves it alone once a rule for the name was written and read', async () => {
    await install('56-ours.rules', rule);
    showPartition();
    await host.wait(30_000);
    expect(host.maps).not.toContain('VolGroup00-LogVol00');
  });

  it('knows nothing of a rule that was written and not read', async () => {
    writeFile(host.machine, `${rulePath}/56-ours.rules`, FileContent.fromText(rule));
    showPartition();
    await host.wait(30_000);
    expect(host.maps).toContain('VolGroup00-LogVol00');
  });

  it.each(['12-ours.rules', '90-ours.rules'])(
    'is not impressed by %s: the name is not known yet, or the group active already',
    async (name) => {
      await install(name, rule);
      showPartition();
      await host.wait(30_000);
      expect(host.maps).toContain('VolGroup00-LogVol00');
    },
  );

  it('is not impressed by a rule for other names, or one it cannot parse', async () => {
    await install('56-ours.rules', rule.replace('ours-*', 'theirs-*') + rule.replace('==', '=!'));
    showPartition();
    await host.wait(30_000);
    expect(host.maps).toContain('VolGroup00-LogVol00');
  });

  it('does not activate a group of which a physical volume is missing', async () => {
    const { machine } = host;
    machine.udev.autoActivation = 'off';
    const [one, two] = ['one', 'two'].map((name) => host.wrap(`w-${name}`, host.volume(name, 32)));
    const group = createVolumeGroup(machine, {
      name: 'spanning',
      devices: [{ device: one! }, { device: two! }],
    });
    deactivateGroup(machine, createVolume(machine, group, { name: 'data', extentCount: 8 }));
    await settleUdev(machine, 60_000);
    for (const name of ['w-one', 'w-two']) removeMap(machine, name);
    await settleUdev(machine, 60_000);
    machine.udev.autoActivation = 'on';

    host.wrap('w-one', host.device('/dev/VG/one'));
    await host.wait(30_000);
    expect(host.maps).not.toContain('spanning-data');
    host.wrap('w-two', host.device('/dev/VG/two'));
    await host.wait(30_000);
    expect(host.maps).toContain('spanning-data');
  });

  it('does not look at a physical volume directly on a volume of the host, unless told to', async () => {
    const { machine } = host;
    machine.udev.autoActivation = 'off';
    const device = host.wrap('ours-2', host.volume('whole', 64));
    const group = createVolumeGroup(machine, { name: 'bare', devices: [{ device }] });
    deactivateGroup(machine, createVolume(machine, group, { name: 'data', extentCount: 4 }));
    removeMap(machine, 'ours-2');
    await settleUdev(machine, 60_000);
    machine.udev.autoActivation = 'on';
    await install('56-ours.rules', rule);

    const activate = async (): Promise<void> => {
      await host.run(['lvchange', '-an', 'VG/whole']);
      await host.run(['lvchange', '-ay', 'VG/whole']);
    };
    await activate();
    // Nor when a map of ours shows the group to LVM's scan meanwhile.
    host.wrap('ours-2', host.device('/dev/VG/whole'));
    await host.wait(30_000);
    expect(host.maps).not.toContain('bare-data');
    removeMap(machine, 'ours-2');
    machine.lvmSettings.scanLogicalVolumes = 'on';
    await activate();
    await host.wait(30_000);
    expect(host.maps).toContain('bare-data');
  });

  it('holds a fresh map open for a moment, so that its removal fails and then works', async () => {
    const { machine } = host;
    const line = { kind: 'zero', start: 0, sectors: 8 } as const;
    createMap(machine, { name: 'fresh', uuid: '', access: 'read-write', table: [line] });
    await host.wait(machine.udev.delayMs + 1);
    expect(() => {
      removeMap(machine, 'fresh');
    }).toThrow(/in use/);
    const removed = await host.run(['dmsetup', 'remove', '--retry', 'fresh']);
    expect(removed.exitCode).toBe(0);
    expect(removed.stderr).toContain('Device or resource busy');
  });

  it('makes settle give up in time when its queue does not empty', async () => {
    host.machine.udev.handlingMs = 600_000;
    host.wrap('slow', host.device('/dev/VG/guest'));
    const before = host.machine.world.clock.elapsedMs();
    const settled = await host.run(['udevadm', 'settle', '--timeout=3']);
    expect(settled).toMatchObject({ exitCode: 1, stdout: '' });
    expect(settled.stderr).toMatch(/Timed out/);
    expect(host.machine.world.clock.elapsedMs() - before).toBe(3000);
  });
});
