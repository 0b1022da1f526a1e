import { fileSystemOn } from '../block/contents.js';
import { keyOf, mapNamed, requireDeviceAt } from '../block/devices.js';
import { mapNameOf, mapSlices, unmapSlices } from '../block/partition-maps.js';
import { partitionTableOn } from '../block/partitions.js';
import type { BlockDevice } from '../block/types.js';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { timestampFromMs } from '../filesystem/inode.js';
import { populate } from '../filesystem/populate.js';
import { activateGroup, deactivateGroup } from '../lvm/activate-group.js';
import { defaultScope, scanLvm } from '../lvm/scan.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { entriesOf } from './files.js';
import type { FilesInput } from './schema-content.js';

export interface ContentChange {
  /** All disks of the guest, for volume groups that lie on several. */
  readonly disks: readonly BlockDevice[];
  /** The disk that is meant. */
  readonly disk: BlockDevice;
  /** A partition's number, `VG/LV`, or the disk itself. */
  readonly at?: string | undefined;
  readonly files: FilesInput;
}

/** Changes files on a guest's disk while the guest is off. */
export function changeContents(machine: Machine, change: ContentChange): void {
  const { at } = change;
  if (at === undefined) {
    changeFiles(machine, change.disk, change.files);
    return;
  }
  const tables = change.disks.filter((disk) => partitionTableOn(machine, keyOf(disk.number)));
  for (const disk of tables) mapSlices(machine, disk, { delimiter: 'p', access: 'read-write' });
  try {
    if (/^\d+$/.test(at)) changePartition(machine, change, at);
    else changeVolume(machine, at, change.files);
  } finally {
    for (const disk of tables.reverse()) unmapSlices(machine, disk);
  }
}

function changePartition(machine: Machine, { disk, files }: ContentChange, number: string): void {
  const name = `${mapNameOf(disk)}p${number}`;
  const partition = mapNamed(machine, name);
  if (partition === undefined) throw new SimulationError('not-found', name, `no partition ${name}`);
  changeFiles(machine, partition, files);
}

function changeVolume(machine: Machine, position: string, files: FilesInput): void {
  const [groupName = ''] = position.split('/');
  const { groups } = scanLvm(machine, { ...defaultScope(machine), scanLogicalVolumes: 'on' });
  const group = groups.find(({ metadata }) => metadata.name === groupName);
  if (group === undefined) {
    throw new SimulationError('not-found', groupName, `no volume group ${groupName}`);
  }
  activateGroup(machine, group);
  try {
    changeFiles(machine, requireDeviceAt(machine, `/dev/${position}`), files);
  } finally {
    deactivateGroup(machine, group);
  }
}

function changeFiles(machine: Machine, device: BlockDevice, files: FilesInput): void {
  const image = fileSystemOn(machine, keyOf(device.number))?.content.image;
  if (!(image instanceof SimulatedFileSystem)) {
    throw new SimulationError('not-found', mapNameOf(device), 'there is no file system to change');
  }
  // Of another day than the original: equal size and time would hide a change from rsync.
  const dayBefore = machine.world.clock.now() - 86_400_000;
  populate(image.tree, entriesOf(files), timestampFromMs(dayBefore));
}
