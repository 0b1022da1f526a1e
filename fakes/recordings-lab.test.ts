import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keyOf } from './block/devices.js';
import type { BlockDevice, TableEntry } from './block/types.js';
import { FileContent } from './filesystem/content.js';
import { makeDirectory, writeFile } from './filesystem/files.js';
import { activateGroup, deactivateGroup } from './lvm/activate-group.js';
import { createVolume, createVolumeGroup } from './lvm/create.js';
import type { ScannedGroup } from './lvm/scan.js';
import { RecordedHost, recorded } from './recorded-host.contract.js';

const directory = 'integration/lab/recorded-raw';
const tools = ['lvm', 'dmsetup', 'kpartx', 'parted', 'blkid', 'blockdev', 'udev'];

/** `udevadm info` is not simulated: it tells of boots and clocks. */
const all = tools
  .flatMap((tool) => readdirSync(`${directory}/${tool}`).map((file) => `${tool}/${file}`))
  .map((file) => file.replace('.json', ''))
  .filter((name) => !name.startsWith('udev/info-'));

class LabStory {
  readonly host = new RecordedHost(undefined, 'b13MYh-ddCR-O8RX-tzh1-0rL3-Wv2d-wtaLmf');
  readonly seen = new Set<string>();

  async compare(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const { argv, exitCode, stdout, stderr } = recorded(name, directory);
      expect(await this.host.run(argv), name).toEqual({ exitCode, stdout, stderr });
      this.seen.add(name);
    }
  }

  /** Does what a recording did without comparing once more. */
  async repeat(name: string): Promise<void> {
    const { argv, exitCode } = recorded(name, directory);
    const answer = await this.host.run(argv);
    if (answer.exitCode !== exitCode) throw new Error(`${name}: ${answer.stderr}`);
  }

  async tell(): Promise<void> {
    this.buildVolumes();
    await this.host.settle();
    const idle = ['clean', 'idle', 'one', 'end'].map((when) => `dmsetup/info-columns-${when}`);
    await this.compare(...idle);
    await this.snapshot();
    await this.wrapper();
    await this.autoActivation();
    await this.guestVolumes();
    await this.busyAndGone();
    await this.otherSnapshots();
    await this.twoPhysicalVolumes();
    await this.wholeDisk();
    expect([...this.seen].sort()).toEqual([...all].sort());
  }

  buildVolumes(): void {
    const { host } = this;
    const disk = host.volume('LogVolDc1', 1024, 'tkFnG7-uTpN-oubv-uhcI-kT1R-04Kb-k6AsVe');
    host.volume('LogVolDc2', 256, 'iAo2Wc-CuQX-TU2q-3qUc-4lbo-PQ8U-K9E4SW');
    host.volume('LogVolDc2-srv', 384, 'vxOPYY-1tcG-bSyp-kcuT-kruB-71yl-n7KesM');
    host.volume('LogVolDc3', 64, '0ysCbp-9jZX-0WwH-ZXgP-HCFN-pfXQ-YYH2aq');
    const entries: readonly TableEntry[] = [
      { number: 1, kind: 'primary', start: 2048, sectors: 131_072, type: '0x83', bootable: true },
      {
        number: 2,
        kind: 'primary',
        start: 133_120,
        sectors: 1_964_032,
        type: '0x8e',
        bootable: false,
      },
    ];
    host.partition(disk, { label: 'msdos', uuid: '3e108ec7', entries }, (number, device) => {
      if (number === 2) {
        this.fillGuestGroup(device);
        return;
      }
      host.fileSystem(device, {
        type: 'ext3',
        uuid: 'e05c86ba-5a25-43db-8cac-553160365251',
        label: 'BOOT',
        blockSizeBytes: 1024,
      });
    });
    for (const name of ['LogVolDc1', 'LogVolDc2', 'LogVolDc2-srv']) {
      host.open(`/dev/VolGroupXX/${name}`, 'domain');
    }
  }

  fillGuestGroup(device: BlockDevice): void {
    const { host } = this;
    const made = createVolumeGroup(host.machine, {
      name: 'VolGroup00',
      uuid: 'RvroK3-ryOc-9Tj8-End2-ez0e-nzRL-SB9maH',
      extentSectors: 65_536,
      devices: [{ device, uuid: 'gMU7kS-pEKC-bAaB-vxJc-b05q-jQWo-hwNGse' }],
    });
    const add = (group: ScannedGroup, name: string, extentCount: number, uuid: string) =>
      createVolume(host.machine, group, { name, extentCount, uuid });
    const root = add(made, 'LogVol00', 25, '4nXiNG-1DcW-VDSe-t9Al-w6gO-aMQf-NPofUo');
    const group = add(root, 'LogVol01', 2, 'LBvwSW-86X2-D7vE-7B4M-4lvV-GKa7-NgfbRD');
    activateGroup(host.machine, group);
    host.fileSystem(host.device('/dev/VolGroup00/LogVol00'), {
      type: 'ext3',
      uuid: 'd920f132-f8ac-4bb9-b510-c1442d5e6c20',
      blockSizeBytes: 4096,
    });
    deactivateGroup(host.machine, group);
  }

  async snapshot(): Promise<void> {
    this.host.nextUuids('ygRmDc-fzQl-GrEb-wreV-tX0N-OCZP-rE5d1R');
    await this.compare('lvm/lvcreate-snapshot-tagged');
    this.host.fillSnapshot('VolGroupXX-xen--backup--abcdefghij--1', 57);
    await this.compare('lvm/lvs-snapshot-tagged', 'dmsetup/info-columns-snapshot');
    this.host.fillSnapshot('VolGroupXX-xen--backup--abcdefghij--1', 78);
    await this.compare('dmsetup/status-snapshot');
  }

  async wrapper(): Promise<void> {
    await this.compare('dmsetup/create-readonly', 'dmsetup/create-exists');
    await this.compare('dmsetup/info-columns-wrapper', 'dmsetup/status-wrapper');
    await this.compare('dmsetup/table-wrapper', 'blockdev/getro', 'blockdev/getsz');
    await this.compare('parted/wrapper-json', 'parted/wrapper-machine', 'blkid/wrapper-probe');
    await this.compare('kpartx/list-wrapper');
    await this.compare(
      'kpartx/add-wrapper-readonly-map-with-r',
      'dmsetup/info-columns-wrapper-partitions-with-r',
      'kpartx/delete-wrapper-with-r',
      'dmsetup/ls-after-delete',
      'kpartx/add-wrapper-readonly-map-without-r',
      'dmsetup/info-columns-wrapper-partitions-without-r',
      'blkid/wrapper-p1',
      'blkid/wrapper-p2',
      'kpartx/delete-wrapper-without-r',
    );
  }

  async autoActivation(): Promise<void> {
    const { machine } = this.host;
    machine.udev.autoActivation = 'on';
    await this.repeat('kpartx/add-wrapper');
    await machine.world.clock.sleep(25_000);
    await this.compare(
      'dmsetup/ls-after-auto-activation',
      'dmsetup/ls-after-auto-activation-with-r',
    );
    await this.compare('lvm/lvs-after-auto-activation');
    await this.host.run(['vgchange', '-an', 'VolGroup00']);
    await this.repeat('kpartx/delete-wrapper');
    for (const path of ['/run', '/run/udev', '/run/udev/rules.d'])
      makeDirectory(machine, path, 0o755);
    const rule =
      'SUBSYSTEM=="block", ENV{DM_NAME}=="xen-backup-*", ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}="1"\n';
    writeFile(machine, '/run/udev/rules.d/56-xen-backup.rules', FileContent.fromText(rule));
    await this.compare('udev/reload', 'kpartx/add-wrapper');
    await machine.world.clock.sleep(25_000);
    await this.compare('dmsetup/ls-with-rule', 'lvm/lvs-with-rule');
  }

  async guestVolumes(): Promise<void> {
    await this.compare('lvm/lvs-segments-linear', 'lvm/lvs-segments-nothing');
    await this.compare('lvm/pvs-filtered', 'lvm/pvs-nothing', 'lvm/vgs-filtered');
    await this.compare('dmsetup/create-guest-volume', 'blkid/guest-root');
    await this.host.run(['dmsetup', 'remove', 'xen-backup-abcdefghij-3']);
  }

  async busyAndGone(): Promise<void> {
    await this.compare(
      'lvm/lvremove-busy-tagged',
      'dmsetup/remove-busy',
      'dmsetup/remove-retry-busy',
    );
    await this.compare('kpartx/delete-wrapper', 'kpartx/delete-wrapper-again', 'dmsetup/remove');
    await this.compare('dmsetup/remove-absent', 'dmsetup/status-absent', 'dmsetup/table-absent');
    await this.compare('dmsetup/info-columns-absent');
    await this.compare('dmsetup/create-readwrite', 'kpartx/add-wrapper-readwrite');
    await this.compare('kpartx/delete-wrapper-readwrite');
    await this.repeat('dmsetup/remove');
    await this.compare('lvm/lvremove-snapshot');
  }

  async otherSnapshots(): Promise<void> {
    const { host } = this;
    await this.compare('lvm/lvcreate-snapshot-tagged-two', 'lvm/lvremove-tagged');
    await this.compare('lvm/lvcreate-permission-r', 'lvm/lvs-permission-r');
    await host.run(['lvremove', '-f', 'VolGroupXX/xen-backup-abcdefghij-9']);
    const volume = host.volume('fat', 64);
    host.fileSystem(volume, { type: 'vfat', uuid: '125A-1A5E', blockSizeBytes: 512 });
    await host.run([
      'dmsetup',
      'create',
      'xen-backup-abcdefghij-2',
      '--table',
      '0 131072 linear /dev/VolGroupXX/fat 0',
    ]);
    await this.compare('blkid/vfat');
    await host.run(['dmsetup', 'remove', 'xen-backup-abcdefghij-2']);
    await host.run(['lvremove', '-f', 'VolGroupXX/fat']);
  }

  async twoPhysicalVolumes(): Promise<void> {
    const { host } = this;
    const volumes = [host.volume('scratchA', 64), host.volume('scratchB', 64)] as const;
    const one = await this.wrap(volumes[0], 'xen-backup-abcdefghij-20');
    const two = await this.wrap(volumes[1], 'xen-backup-abcdefghij-21');
    const made = createVolumeGroup(host.machine, {
      name: 'VolGroup00',
      uuid: 'M2aaxj-gkQT-k7jW-MUG2-SOhh-Qvcu-9da8HL',
      devices: [
        { device: one, uuid: 'Nedw3c-bKPD-5Xf7-2ycE-voYw-BZWv-B9JVhd' },
        { device: two, uuid: 'A0v0wN-2ZqH-B9pp-Ks23-CU7X-FAXP-3pQVJw' },
      ],
    });
    const striped = createVolume(host.machine, made, {
      name: 'striped',
      uuid: 'amtUqY-AeBe-ZFUz-bd5E-mjgh-2BVs-dEdwdZ',
      extentCount: 4,
      stripes: { count: 2, sectors: 128 },
      activation: 'inactive',
    });
    createVolume(host.machine, striped, {
      name: 'spanning',
      uuid: '5HPYoj-3cRh-7176-xRlu-dagd-7qYC-qKdBJ0',
      extentCount: 20,
      activation: 'inactive',
    });
    await this.compare('lvm/lvs-segments-two-pvs', 'lvm/pvs-two-pvs');
    await this.compare('lvm/lvs-segments-missing-pv', 'lvm/pvs-missing-pv', 'lvm/vgs-missing-pv');
    for (const number of [20, 21]) {
      await host.run(['dmsetup', 'remove', `xen-backup-abcdefghij-${number}`]);
    }
  }

  async wrap(volume: BlockDevice, name: string): Promise<BlockDevice> {
    const line = `0 131072 linear ${keyOf(volume.number)} 0`;
    await this.host.run(['dmsetup', 'create', name, '--table', line]);
    return this.host.device(`/dev/mapper/${name}`);
  }

  /** The snapshot of a volume that is a physical volume itself: nothing is activated. */
  async wholeDisk(): Promise<void> {
    const { host } = this;
    await host.run([
      'lvcreate',
      '-s',
      '--monitor',
      'n',
      '-n',
      'xen-backup-abcdefghij-5',
      '-L',
      '8m',
      'VolGroupXX/scratchA',
    ]);
    await host.machine.world.clock.sleep(25_000);
    await this.compare('dmsetup/ls-snapshot-of-whole-disk-pv');
  }
}

it('answers as the two hosts of the lab did', () => new LabStory().tell());
