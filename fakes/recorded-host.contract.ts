import { readFileSync } from 'node:fs';
import type { Argv } from '../src/ports/index.js';
import { writeContent } from './block/contents.js';
import { keyOf, mapNamed, requireDeviceAt } from './block/devices.js';
import { addDisk } from './block/disks.js';
import { openDevice } from './block/openings.js';
import { mapSlices, unmapSlices } from './block/partition-maps.js';
import { activeSnapshots } from './block/snapshots.js';
import { noteWrite } from './block/writes.js';
import type { BlockDevice, TableEntry } from './block/types.js';
import { settleUdev } from './block/udev-queue.js';
import { blockCommands } from './commands/block-commands.js';
import { SimulatedFileSystem } from './filesystem/file-system.js';
import { activateGroup, deactivateGroup } from './lvm/activate-group.js';
import { createVolume, createVolumeGroup } from './lvm/create.js';
import { removeVolume } from './lvm/remove.js';
import { defaultScope, type ScannedGroup, scanLvm } from './lvm/scan.js';
import { addMachine, createWorld } from './world/create.js';
import type { Machine } from './world/state.js';

export interface Recording {
  readonly argv: Argv;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Gives other names and UUIDs to everything recorded; the recorded host keeps its own. */
export type Renaming = (text: string) => string;

export function recorded(name: string, directory = 'fixtures/recordings'): Recording {
  return JSON.parse(readFileSync(`${directory}/${name}.json`, 'utf8')) as Recording;
}

export const mebibyte = 2 ** 20;

const recordedGroupUuid = 'CEvpkh-o0c5-m8nL-1OLD-sPFU-lc06-QabkvD';

const tools = {
  lvm: '2.03.16(2) (2022-05-18)',
  dmsetup: '1.02.185 (2022-05-18)',
  kpartx: '0.9.4',
  parted: '3.5',
  blkid: '2.38.1',
  lsblk: '2.38.1',
};

/**
 * The Dom0 of the recordings, built from sizes, names and UUIDs, with the operations a scenario
 * uses. Nothing in it is an answer of a tool.
 */
export class RecordedHost {
  readonly machine: Machine;
  readonly rename: Renaming;
  /** UUIDs that LVM will give next. */
  readonly #nextUuids: string[] = [];

  constructor(rename: Renaming = (text) => text, groupUuid = recordedGroupUuid) {
    this.rename = rename;
    const world = createWorld({ seed: 'recorded host' });
    const given = world.identifiers;
    const identifiers = {
      ...given,
      lvmUuid: () => this.#nextUuids.shift() ?? given.lvmUuid(),
    };
    const root = SimulatedFileSystem.make({
      type: 'ext4',
      sizeBytes: 3 * 1024 * mebibyte,
      uuid: rename('f271193c-b2e6-4d0a-9b0a-fc869ef93afb'),
    });
    this.machine = addMachine(
      { ...world, identifiers },
      {
        name: 'dom0',
        rootFileSystem: root,
        tools: new Map(
          Object.entries(tools).map(([tool, version]) => [
            tool,
            { path: `/sbin/${tool}`, version },
          ]),
        ),
      },
    );
    // Guests' groups are activated by hand in this story.
    this.machine.udev.autoActivation = 'off';
    this.#disks(root, groupUuid);
  }

  #disks(root: SimulatedFileSystem, groupUuid: string): void {
    const { machine } = this;
    addDisk(machine, { name: 'fd0', sizeBytes: 4096 });
    addDisk(machine, { name: 'sr0', sizeBytes: 1_073_741_312, deviceType: 'rom' });
    const vda = addDisk(machine, { name: 'vda', sizeBytes: 3 * 1024 * mebibyte });
    writeContent(machine, keyOf(vda.number), { kind: 'file-system', image: root });
    const vdb = addDisk(machine, { name: 'vdb', sizeBytes: 4 * 1024 * mebibyte });
    createVolumeGroup(machine, {
      name: this.rename('VolGroupXX'),
      uuid: this.rename(groupUuid),
      devices: [{ device: vdb, uuid: this.rename('phK09b-YTdu-yhcU-sVCB-QQ2N-YDJ2-QOnS2q') }],
    });
  }

  /** The next volumes LVM makes get these UUIDs. */
  nextUuids(...uuids: readonly string[]): void {
    this.#nextUuids.push(...uuids.map(this.rename));
  }

  group(name: string): ScannedGroup {
    const { groups } = scanLvm(this.machine, defaultScope(this.machine));
    const group = groups.find(({ metadata }) => metadata.name === this.rename(name));
    if (group === undefined) throw new Error(`no group ${name}`);
    return group;
  }

  /** A linear volume of the host's group. */
  volume(name: string, mebibytes: number, uuid?: string): BlockDevice {
    createVolume(this.machine, this.group('VolGroupXX'), {
      name: this.rename(name),
      extentCount: mebibytes / 4,
      ...(uuid === undefined ? {} : { uuid: this.rename(uuid) }),
    });
    return this.device(`/dev/VolGroupXX/${name}`);
  }

  device(path: string): BlockDevice {
    return requireDeviceAt(this.machine, this.rename(path));
  }

  /** Partitions of a volume as parted makes them; `fill` gets each partition's device. */
  partition(
    volume: BlockDevice,
    table: {
      readonly label: 'msdos' | 'gpt';
      readonly uuid: string;
      readonly entries: readonly TableEntry[];
    },
    fill: (number: number, device: BlockDevice) => void = () => undefined,
  ): void {
    writeContent(this.machine, keyOf(volume.number), {
      kind: 'partition-table',
      label: table.label,
      uuid: this.rename(table.uuid),
      logicalSectorBytes: 512,
      entries: table.entries.map((entry) => ({
        ...entry,
        ...(entry.uuid === undefined ? {} : { uuid: this.rename(entry.uuid) }),
      })),
    });
    const maps = mapSlices(this.machine, volume, { delimiter: 'p', access: 'read-write' });
    for (const result of maps) {
      if (result.kind === 'mapped') fill(result.slice.number, result.map);
    }
    unmapSlices(this.machine, volume);
  }

  fileSystem(
    device: BlockDevice,
    superblock: {
      readonly type: string;
      readonly uuid: string;
      readonly label?: string;
      readonly blockSizeBytes?: number;
      readonly subUuid?: string;
    },
  ): void {
    const size = 'sectors' in device ? device.sectors : mapSectors(device);
    const image = SimulatedFileSystem.make({
      ...superblock,
      uuid: this.rename(superblock.uuid),
      ...(superblock.subUuid === undefined ? {} : { subUuid: this.rename(superblock.subUuid) }),
      sizeBytes: size * 512,
    });
    writeContent(this.machine, keyOf(device.number), { kind: 'file-system', image });
  }

  swap(device: BlockDevice, uuid: string): void {
    writeContent(this.machine, keyOf(device.number), {
      kind: 'swap',
      uuid: this.rename(uuid),
      sectors: mapSectors(device),
    });
  }

  /** The article's guest: a boot partition, and a group with root and swap. */
  articleGuest(): void {
    const disk = this.volume('LogVolDc1', 1500, 'ZUVR9c-aV59-rsDY-3WTv-EIyA-1ZZl-miIM9T');
    const entries: readonly TableEntry[] = [
      { number: 1, kind: 'primary', start: 2048, sectors: 204_800, type: '0x83', bootable: true },
      {
        number: 2,
        kind: 'primary',
        start: 206_848,
        sectors: 2_865_152,
        type: '0x8e',
        bootable: false,
      },
    ];
    this.partition(disk, { label: 'msdos', uuid: 'dbb6a7d8', entries }, (number, device) => {
      if (number === 2) this.#guestGroup(device);
      else {
        this.fileSystem(device, {
          type: 'ext3',
          uuid: 'd2e0e64c-1e1e-4b1e-bfb4-c73ae9ba1375',
          label: 'BOOT',
          blockSizeBytes: 1024,
        });
      }
    });
  }

  #guestGroup(device: BlockDevice): void {
    const { machine } = this;
    const made = createVolumeGroup(machine, {
      name: this.rename('VolGroup00'),
      uuid: this.rename('LrkkeR-5mUx-e9fK-Zeqz-m1p6-zYUw-5a70ac'),
      devices: [{ device, uuid: this.rename('Ho8f7E-unRZ-zQBY-SILL-zjVL-0crt-mc04IN') }],
    });
    const volume = (group: ScannedGroup, name: string, extentCount: number, uuid: string) =>
      createVolume(machine, group, {
        name: this.rename(name),
        extentCount,
        uuid: this.rename(uuid),
      });
    const root = volume(made, 'LogVol00', 275, 'TWTrd2-JV5y-THgz-4Ilo-EdjO-WsW0-AJgcBW');
    const group = volume(root, 'LogVol01', 32, 'z35IFF-Iwoo-WOc7-EmJp-oxpa-Fza6-9bYyCc');
    activateGroup(machine, group);
    this.fileSystem(this.device('/dev/VolGroup00/LogVol00'), {
      type: 'ext3',
      uuid: '0150f809-da86-47c4-b14a-2b982b21cac6',
      label: 'ROOT',
      blockSizeBytes: 4096,
    });
    this.swap(this.device('/dev/VolGroup00/LogVol01'), '20429dc0-1505-46a1-9b1e-7bea8d06814b');
    deactivateGroup(machine, group);
  }

  /** Somebody opens a device. @returns closes it. */
  open(path: string, kind: 'domain' | 'mount'): () => void {
    const device = keyOf(this.device(path).number);
    return openDevice(this.machine, {
      device,
      by: kind === 'domain' ? { kind, domain: 'dc1' } : { kind, mountId: 99 },
    });
  }

  /** Writes to chunks of an origin that nobody wrote to before, until a snapshot has so many. */
  fillSnapshot(snapshotName: string, chunks: number): void {
    const map = mapNamed(this.machine, this.rename(snapshotName));
    const snapshot = activeSnapshots(this.machine).find((active) => active.map === map);
    if (snapshot === undefined) throw new Error(`no snapshot ${snapshotName}`);
    const { store, target } = snapshot;
    const origin = [...this.machine.devices.values()].find(
      (device) =>
        device.kind === 'map' &&
        device.table[0]?.kind === 'snapshot-origin' &&
        device.table[0].device === target.origin,
    );
    if (origin === undefined) throw new Error('no origin');
    let chunk = this.machine.world.writeSequence;
    while (store.status === 'valid' && copied(store.exceptions) < chunks) {
      chunk = (chunk + 1) % (target.sectors / 8);
      noteWrite(this.machine, keyOf(origin.number), { start: chunk * 8, sectors: 8 });
    }
  }

  /** The thin pool is not part of the story any more. */
  forgetPool(): void {
    const group = this.group('VolGroupXX');
    for (const volume of [...group.metadata.logicalVolumes].reverse()) {
      const hidden = !volume.visible || volume.role.kind === 'thin-pool';
      if (hidden) removeVolume(this.machine, this.group('VolGroupXX'), volume);
    }
    this.machine.thinPools.clear();
  }

  async run(argv: Argv): Promise<Omit<Recording, 'argv'>> {
    const entry = blockCommands[argv[0]];
    if (entry?.kind !== 'plain') throw new Error(`${argv[0]} is not simulated`);
    return entry.run(this.machine, argv, '');
  }

  settle(): Promise<boolean> {
    return settleUdev(this.machine, 60_000);
  }
}

function copied(exceptions: readonly { readonly sectors: number }[]): number {
  return exceptions.reduce((sum, place) => sum + place.sectors, 0) / 8;
}

function mapSectors(device: BlockDevice): number {
  if (device.kind !== 'map') return device.sectors;
  return device.table.reduce((sum, line) => sum + line.sectors, 0);
}
