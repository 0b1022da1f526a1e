import { keyOf, mapNamed } from './block/devices.js';
import type { BlockDevice, TableEntry } from './block/types.js';
import { noteWrite } from './block/writes.js';
import { createPhysicalVolume, createThinLogicalVolume, createThinPool } from './lvm/create.js';
import { mountDevice } from './filesystem/mounting.js';
import { makeDirectory } from './filesystem/files.js';
import type { RecordedHost } from './recorded-host.contract.js';

/** Compares the answer to a recorded argv with the recording. */
export type Compare = (...names: readonly string[]) => Promise<void>;

/** What happened on the recorded host, in the order it happened. */
export async function tellRecordedStory(host: RecordedHost, compare: Compare): Promise<void> {
  host.articleGuest();
  await host.settle();
  host.open('/dev/VolGroupXX/LogVolDc1', 'domain');
  await compare('lvm/pvs-json', 'lvm/vgs-json', 'lvm/lvs-json', 'lvm/lvs-human', 'lvm/lvs-missing');
  await snapshots(host, compare);
  await openGuest(host, compare);
  await closeGuest(compare, host);
  await extendedPartitions(host, compare);
  await gpt(host, compare);
  await wholeDisks(host, compare);
  await thin(host, compare);
  await overflow(host, compare);
}

async function snapshots(host: RecordedHost, compare: Compare): Promise<void> {
  host.nextUuids('gzVWdc-Xfev-0VTK-78nA-SW1r-VqKH-ppkWPK');
  await compare(
    'lvm/lvcreate-snapshot',
    'lvm/lvcreate-snapshot-exists',
    'lvm/lvcreate-snapshot-noorigin',
  );
  host.fillSnapshot('VolGroupXX-LogVolDc1--4242', 22);
  host.nextUuids('8j3bme-18UV-iW62-7iJ5-iJOH-GN23-gzIHsg');
  await compare('lvm/lvcreate-snapshot-nospace');
  host.fillSnapshot('VolGroupXX-LogVolDc1--4242', 37);
  await compare('lvm/lvs-json-with-snapshot');
}

async function openGuest(host: RecordedHost, compare: Compare): Promise<void> {
  await compare('kpartx/list', 'kpartx/add', 'kpartx/add-again');
  await compare('blkid/msdos-lvm-probe', 'blkid/msdos-p1', 'blkid/msdos-p2-pv');
  await compare('parted/msdos-lvm-json', 'parted/msdos-lvm-machine', 'parted/msdos-lvm-human');
  host.fillSnapshot('VolGroupXX-LogVolDc1--4242', 67);
  await compare('dmsetup/info', 'dmsetup/ls', 'dmsetup/status', 'dmsetup/table');
  await compare('lvm/lvremove-busy');
  await compare('lvm/vgchange-ay');
  await compare('lvm/pvs-json-guest-pv', 'lvm/pvscan', 'lvm/vgs-json-guest');
  host.fillSnapshot('VolGroupXX-LogVolDc1--4242', 77);
  await compare('lvm/lvs-json-guest', 'lsblk/tree');
  await compare('blkid/lv-ext3-probe', 'blkid/lv-swap-probe');
  await compare('parted/lv-ext3-json', 'parted/lv-ext3-machine', 'parted/lv-ext3-human');
  await compare('parted/lv-swap-json', 'parted/lv-swap-machine', 'parted/lv-swap-human');
}

async function closeGuest(compare: Compare, host: RecordedHost): Promise<void> {
  const unmount = host.open('/dev/VolGroup00/LogVol00', 'mount');
  await compare('lvm/vgchange-an-busy');
  unmount();
  await compare('kpartx/delete-busy', 'lvm/vgchange-an', 'kpartx/delete-without-p');
  await compare('kpartx/delete', 'kpartx/delete-again');
  await compare('lvm/lvremove', 'lvm/lvremove-missing');
}

async function extendedPartitions(host: RecordedHost, compare: Compare): Promise<void> {
  const volume = host.volume('LogVolDomU1', 200);
  const entry = (
    number: number,
    kind: TableEntry['kind'],
    start: number,
    sectors: number,
    type = '0x83',
  ): TableEntry => ({ number, kind, start, sectors, type, bootable: false });
  host.partition(volume, {
    label: 'msdos',
    uuid: '96eae725',
    entries: [
      entry(1, 'primary', 2048, 79_872),
      entry(2, 'extended', 81_920, 327_680, '0xf'),
      entry(5, 'logical', 83_968, 120_832),
      entry(6, 'logical', 206_848, 202_752),
    ],
  });
  await host.settle();
  await compare('blkid/msdos-extended-digit-probe');
  await compare(
    'parted/msdos-extended-digit-json',
    'parted/msdos-extended-digit-machine',
    'parted/msdos-extended-digit-human',
  );
  await compare('kpartx/list-extended', 'kpartx/list-noprefix', 'kpartx/add-extended');
  await compare('dmsetup/ls-extended');
  await drop(host, 'LogVolDomU1');
}

async function drop(host: RecordedHost, volume: string): Promise<void> {
  const path = host.rename(`/dev/VolGroupXX/${volume}`);
  await host.run(['kpartx', '-d', '-p', 'p', path]);
  const removed = await host.run(['lvremove', '-f', path]);
  if (removed.exitCode !== 0) throw new Error(removed.stderr);
}

const linuxData = '0fc63daf-8483-4772-8e79-3d69d8477de4';

async function gpt(host: RecordedHost, compare: Compare): Promise<void> {
  const entry = (
    number: number,
    start: number,
    sectors: number,
    name: string,
    uuid: string,
    type = linuxData,
  ): TableEntry => ({ number, kind: 'primary', start, sectors, name, uuid, type, bootable: false });
  const volume = host.volume('gpt-xfs', 600);
  const esp = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
  const swap = '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f';
  const entries = [
    entry(1, 2048, 65_536, 'ESP', 'e67d58a9-6853-48c0-b851-fa5dedee4713', esp),
    entry(2, 67_584, 751_616, 'root', '2ea15694-1fdd-4061-8f27-c52fa668b5f0'),
    entry(3, 819_200, 102_400, 'swap', 'bc19f9a9-3c74-4d1a-a1aa-1679f2fd537c', swap),
    entry(4, 921_600, 305_152, 'data', 'bab60200-d8cf-4797-b79b-ac289833a435'),
  ];
  const uuid = 'cd66f1ff-bff8-403f-ab2e-33de6060c5db';
  host.partition(volume, { label: 'gpt', uuid, entries }, (number, device) => {
    fillGptPartition(host, number, device);
  });
  await host.settle();
  await compare(
    'parted/gpt-efi-xfs-swap-json',
    'parted/gpt-efi-xfs-swap-machine',
    'parted/gpt-efi-xfs-swap-human',
  );
  await compare('blkid/gpt-efi-xfs-swap-probe', 'kpartx/list-gpt');
  await host.run(['kpartx', '-a', '-p', 'p', host.rename('/dev/VolGroupXX/gpt-xfs')]);
  await compare('blkid/gpt-p1', 'blkid/gpt-p2', 'blkid/gpt-p3', 'blkid/gpt-p4', 'lsblk/gpt');
  await drop(host, 'gpt-xfs');
}

function fillGptPartition(host: RecordedHost, number: number, device: BlockDevice): void {
  switch (number) {
    case 1:
      host.fileSystem(device, {
        type: 'vfat',
        uuid: 'DD95-013F',
        label: 'EFI',
        blockSizeBytes: 512,
      });
      return;
    case 2:
      host.fileSystem(device, {
        type: 'xfs',
        uuid: 'f1fdd60f-2593-41cb-a962-fe8318149a25',
        label: 'xroot',
        blockSizeBytes: 512,
      });
      return;
    case 3:
      host.swap(device, '66b0f2f3-c821-4056-b9d9-ffd8d2e94006');
      return;
    default:
      host.fileSystem(device, {
        type: 'ext4',
        uuid: '3a46610e-b320-4e7c-a064-a2401a515900',
        blockSizeBytes: 1024,
      });
  }
}

async function wholeDisks(host: RecordedHost, compare: Compare): Promise<void> {
  host.volume('blank', 32);
  await compare('parted/blank-json', 'parted/blank-machine', 'parted/blank-human');
  await compare('blkid/blank-probe');
  await drop(host, 'blank');

  host.nextUuids('La0nly-PEnL-iC3W-56WZ-h2eW-SKWm-8d347J');
  createPhysicalVolume(
    host.machine,
    host.volume('raw-pv', 100, 'aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa'),
  );
  await compare('parted/whole-pv-json', 'parted/whole-pv-machine', 'parted/whole-pv-human');
  await compare('blkid/whole-pv-probe');
  await compare('lvm/pvs-whole-disk-pv-default-scan', 'lvm/pvs-whole-disk-pv-scan-lvs');
  await drop(host, 'raw-pv');

  host.fileSystem(host.volume('whole-disk', 64), {
    type: 'ext4',
    uuid: 'c02af439-3f73-4ac3-8652-2a1fb0a66be7',
    label: 'WHOLE',
    blockSizeBytes: 1024,
  });
  await compare('parted/whole-ext4-json', 'parted/whole-ext4-machine', 'parted/whole-ext4-human');
  await compare('blkid/whole-ext4-probe');
  await drop(host, 'whole-disk');

  host.fileSystem(host.volume('btr', 256), {
    type: 'btrfs',
    uuid: 'bf3a0648-80ec-4490-ae7a-745143c4d0a6',
    label: 'BTR',
    blockSizeBytes: 4096,
    subUuid: '6cd7d565-2963-40d4-864c-a70e551b8692',
  });
  await compare(
    'parted/whole-btrfs-json',
    'parted/whole-btrfs-machine',
    'parted/whole-btrfs-human',
  );
  await compare('blkid/whole-btrfs-probe');
  await drop(host, 'btr');
}

async function thin(host: RecordedHost, compare: Compare): Promise<void> {
  const { machine } = host;
  host.fillSnapshot('VolGroupXX-toolarge', 422);
  const withPool = createThinPool(machine, host.group('VolGroupXX'), {
    name: host.rename('tpool'),
    uuid: host.rename('4UegSm-egT0-pJb1-qWjW-THql-yz47-9z8Fgq'),
    extentCount: 64,
    hiddenUuids: {
      data: host.rename('xdmNMG-huRR-e2dC-KFQg-lc8R-qb5G-PCoC8k'),
      metadata: host.rename('J5m4l3-VniT-Rqdo-zfTo-mPLm-Siwj-DuGZEg'),
      spare: host.rename('TgL2y6-Toos-kgs9-kXf1-7APM-np0h-ihnVfy'),
    },
  });
  createThinLogicalVolume(machine, withPool, {
    name: host.rename('thin1'),
    uuid: host.rename('ZUsdXh-bpwB-D15A-obkH-q6Gp-wwN8-YCBgZg'),
    pool: host.rename('tpool'),
    extentCount: 32,
  });
  noteWrite(machine, keyOf(host.device('/dev/VolGroupXX/thin1').number), {
    start: 0,
    sectors: 77 * 128,
  });
  for (const pool of machine.thinPools.values()) pool.usedMetadataBlocks = 112;
  host.nextUuids('cXfhn8-vtei-EGEC-PsOZ-Z1ks-FWmF-ZFrWyx');
  await compare('lvm/lvcreate-thin-snapshot', 'lvm/lvs-json-thin');
  await compare('lvm/lvchange-thin-activate', 'lvm/lvs-json-thin-active');
}

async function overflow(host: RecordedHost, compare: Compare): Promise<void> {
  const { machine } = host;
  await removeThin(host);
  host.fillSnapshot('VolGroupXX-toolarge', 460);
  const origin = host.volume('ovf', 128, 'iPod8a-EOpi-4xcl-4VBR-mc1y-ux0L-RQZ98d');
  host.fileSystem(origin, { type: 'ext4', uuid: '11111111-2222-4333-8444-555555555555' });
  const ovf = host.rename('/dev/VolGroupXX/ovf');
  const snap = host.rename('ovf-snap');
  host.nextUuids('sYoplF-ODEi-akrq-GW12-XIty-77GK-NAIiuo');
  await host.run(['lvcreate', '--snapshot', '--name', snap, '--size', '8M', ovf]);
  host.open('/dev/VolGroupXX/ovf', 'mount');
  makeDirectory(machine, '/snap', 0o755);
  // Nothing of the journal is to be replayed: one chunk is what the recording shows.
  noteWrite(machine, keyOf(origin.number), { start: 0, sectors: 8 });
  mountDevice(machine, {
    device: host.rename('/dev/VolGroupXX/ovf-snap'),
    mountPoint: '/snap',
    type: 'ext4',
    options: ['ro'],
  });
  await compare('lvm/lvs-json-snapshot-fresh');
  host.fillSnapshot('VolGroupXX-toolarge', 500);
  host.fillSnapshot('VolGroupXX-ovf--snap', 4096);
  await machine.world.clock.sleep(5000);
  await compare('dmsetup/status-overflow', 'lvm/lvs-json-snapshot-overflow');
  await removeOverflowed(host);
  await compare('lvm/lvs-json-final');
}

/** The pool goes as one: its removal is not one of the simulated commands. */
async function removeThin(host: RecordedHost): Promise<void> {
  for (const name of ['thin1-snap', 'thin1']) {
    await host.run(['lvremove', '-f', host.rename(`VolGroupXX/${name}`)]);
  }
  host.forgetPool();
  await host.settle();
}

async function removeOverflowed(host: RecordedHost): Promise<void> {
  const { machine } = host;
  const key = keyOf(host.device('/dev/VolGroupXX/ovf').number);
  const index = machine.openings.findIndex(({ device }) => device === key);
  machine.openings.splice(index, 1);
  const map = mapNamed(machine, host.rename('VolGroupXX-ovf--snap'));
  if (map === undefined) throw new Error('no snapshot');
  await host.run(['lvremove', '-f', host.rename('/dev/VolGroupXX/ovf')]);
}
