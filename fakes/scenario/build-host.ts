import { requireDeviceAt } from '../block/devices.js';
import { copyDevices } from '../block/copy-device.js';
import { addDisk, addKernelPartition } from '../block/disks.js';
import { addImage, attachLoop, imageAt } from '../block/images.js';
import { detachLoop, loopDevices } from '../block/loops.js';
import type { BlockDevice } from '../block/types.js';
import { type HypervisorName, hypervisors } from '../domains/hypervisors.js';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { makeDirectories } from '../filesystem/tree-paths.js';
import { timestampFromMs } from '../filesystem/inode.js';
import { mountDevice } from '../filesystem/mounting.js';
import { populate } from '../filesystem/populate.js';
import {
  createThinLogicalVolume,
  createThinPool,
  createVolume,
  createVolumeGroup,
  defaultExtentSectors,
} from '../lvm/create.js';
import { defaultScope, type ScannedGroup, scanLvm } from '../lvm/scan.js';
import { SimulationError } from '../world/errors.js';
import { addMachine } from '../world/create.js';
import type { Machine, World } from '../world/state.js';
import { writeContents } from './build-contents.js';
import { changeContents } from './change-contents.js';
import { entriesOf } from './files.js';
import type { HostInput } from './schema.js';
import type { ContentInput } from './schema-content.js';
import { installedTools } from './usual-tools.js';

const sectorBytes = 512;

/** Volumes of the host that carry the disks of one guest, in their order. */
export type GuestVolumes = readonly string[];

/** A host with its disks, tools and files; domains and network come later. */
export function buildHost(world: World, name: string, input: HostInput): Machine {
  const root = SimulatedFileSystem.make({
    type: 'ext4',
    uuid: world.identifiers.uuid(),
    sizeBytes: 8 * 2 ** 30,
  });
  const at = timestampFromMs(world.clock.now());
  const directories = [
    '/run/udev/rules.d',
    '/var/lib',
    '/etc',
    '/tmp',
    '/root/.ssh',
    '/mnt',
    '/dev',
    '/proc',
    '/sys',
  ];
  if (input.init !== 'other') directories.push('/run/systemd/system');
  for (const directory of directories) makeDirectories(root.tree, directory, at);
  populate(root.tree, entriesOf(input.files ?? {}), at);
  const machine = addMachine(world, {
    name,
    addresses: [name, ...(input.addresses ?? [])],
    rootFileSystem: root,
    tools: installedTools(input.tools),
    networkInterfaces: ['lo', ...(input.bridges ?? [])],
  });
  // While the disks are laid out nobody else touches them.
  machine.udev.autoActivation = 'off';
  machine.hypervisor.running = input.libvirt !== 'stopped';
  const { devices = 16, maxPartitions = 0 } = input.nbd ?? {};
  machine.networkBlockDevices = { devices, maxPartitions };
  useHypervisor(machine, input.hypervisor ?? 'xen');
  if (input.init === 'other') machine.systemd.state = 'absent';
  machine.ssh.daemon = input.sshd ?? 'running';
  machine.eventDaemon.running = input.dmeventd !== 'stopped';
  return machine;
}

function useHypervisor({ hypervisor }: Machine, name: HypervisorName): void {
  const { driver, uris, version } = hypervisors[name];
  Object.assign(hypervisor, { driver, uris });
  hypervisor.hardware = { ...hypervisor.hardware, hypervisorVersion: version };
}

/** Makes the host's volume groups, pools and volumes, all blank. */
export function buildVolumes(machine: Machine, input: HostInput): void {
  Object.entries(input.volumeGroups ?? {}).forEach(
    ([name, { size, extentSize, sectorSize }], index) => {
      const letter = String.fromCharCode('b'.charCodeAt(0) + index);
      const device = addDisk(machine, {
        name: `vd${letter}`,
        sizeBytes: size,
        ...(sectorSize === undefined ? {} : { logicalSectorBytes: sectorSize }),
      });
      const extentSectors =
        extentSize === undefined ? defaultExtentSectors : extentSize / sectorBytes;
      createVolumeGroup(machine, { name, extentSectors, devices: [{ device }] });
    },
  );
  for (const [name, { size }] of Object.entries(input.disks ?? {}))
    addPlainDisk(machine, name, size);
  for (const [path, { size, qcow2, sectorSize }] of Object.entries(input.images ?? {})) {
    addImage(machine, path, size, {
      ...(qcow2 === undefined ? {} : { qcow2 }),
      ...(sectorSize === undefined ? {} : { sectorBytes: sectorSize }),
    });
  }
  for (const [path, { size }] of Object.entries(input.thinPools ?? {})) {
    const { group, name, extents } = place(machine, path, size);
    createThinPool(machine, group, { name, extentCount: extents });
  }
  for (const [path, volume] of Object.entries(input.volumes ?? {})) {
    const { group, name, extents } = place(machine, path, volume.size);
    const init = {
      name,
      extentCount: extents,
      ...(volume.uuid === undefined ? {} : { uuid: volume.uuid }),
      ...(volume.active === false ? { activation: 'inactive' as const } : {}),
    };
    if (volume.pool !== undefined) {
      createThinLogicalVolume(machine, group, { ...init, pool: volume.pool });
    } else if (volume.stripes === undefined) createVolume(machine, group, init);
    else
      createVolume(machine, group, { ...init, stripes: { count: volume.stripes, sectors: 128 } });
  }
}

/** A disk, or a partition that fills one from its first MiB on. */
function addPlainDisk(machine: Machine, name: string, sizeBytes: number): void {
  const [, diskName = name, number = ''] = /^(.*?)(\d*)$/.exec(name) ?? [];
  const mebibyte = 2 ** 20;
  const header = number === '' ? 0 : mebibyte;
  const disk = addDisk(machine, { name: diskName, sizeBytes: sizeBytes + header });
  if (number === '') return;
  const place = { start: header / sectorBytes, sectors: sizeBytes / sectorBytes };
  addKernelPartition(machine, disk, { number: Number(number), ...place });
}

/** Everything of a host that may bear a disk, as {@link volumesOf} names it, with its content. */
export function carriersOf(input: HostInput): ReadonlyMap<string, ContentInput | undefined> {
  const { volumes = {}, disks = {}, images = {} } = input;
  return new Map([
    ...Object.entries(volumes).map(([path, { content }]) => [path, content] as const),
    ...Object.entries(disks).map(([name, { content }]) => [`/dev/${name}`, content] as const),
    ...Object.entries(images).map(([path, { content }]) => [path, content] as const),
  ]);
}

/** Fills the volumes, guest by guest. */
export function fillVolumes(
  machine: Machine,
  input: HostInput,
  guests: readonly GuestVolumes[],
): void {
  const done = new Set<string>();
  const carriers = carriersOf(input);
  const fill = (paths: readonly string[]): void => {
    const requests = paths.flatMap((path) => {
      const content = carriers.get(path);
      if (content === undefined || done.has(path)) return [];
      done.add(path);
      return [{ device: volumeDevice(machine, path), content }];
    });
    writeContents(machine, requests);
  };
  for (const guest of guests) fill(guest);
  for (const path of carriers.keys()) fill([path]);
  closeImages(machine);
}

/** Full copies of another host's volumes, as a standby begins. */
export function copyVolumes(from: Machine, onto: Machine, paths: readonly string[]): void {
  const pairs = paths.map((path) => ({
    from: volumeDevice(from, path),
    onto: volumeDevice(onto, path),
  }));
  copyDevices(from, onto, pairs);
  closeImages(from);
  closeImages(onto);
}

/** Applies what a standby has that its original does not. */
export function applyChanges(
  machine: Machine,
  input: HostInput,
  guests: readonly GuestVolumes[],
): void {
  for (const { volume, at, files } of input.changes ?? []) {
    const paths = guests.find((guest) => guest.includes(volume)) ?? [volume];
    changeContents(machine, {
      disk: volumeDevice(machine, volume),
      disks: paths.map((path) => volumeDevice(machine, path)),
      at,
      files,
    });
  }
  closeImages(machine);
}

/** What somebody has mounted on the host. */
export function mountOthers(machine: Machine, input: HostInput): void {
  for (const { device, at, type } of input.mounts ?? []) {
    const root = machine.mounts[0]?.image;
    if (!(root instanceof SimulatedFileSystem)) continue;
    makeDirectories(root.tree, at, timestampFromMs(machine.world.clock.now()));
    mountDevice(machine, { device, mountPoint: at, type, options: ['rw'] });
  }
}

function volumeDevice(machine: Machine, path: string): BlockDevice {
  if (path.startsWith('/dev/')) return requireDeviceAt(machine, path);
  if (!path.startsWith('/')) return requireDeviceAt(machine, `/dev/${path}`);
  // Open until everything is written: several contents of a guest may lie on it.
  const open = loopDevices(machine).find(({ backingFile }) => backingFile === path);
  const sectors = imageAt(machine, path)?.sectorBytes ?? 512;
  return open ?? attachLoop(machine, { path, access: 'read-write', sectorBytes: sectors });
}

function closeImages(machine: Machine): void {
  for (const loop of loopDevices(machine)) detachLoop(machine, loop);
}

function place(
  machine: Machine,
  path: string,
  sizeBytes: number,
): { readonly group: ScannedGroup; readonly name: string; readonly extents: number } {
  const [groupName = '', name = ''] = path.split('/');
  const { groups } = scanLvm(machine, defaultScope(machine));
  const group = groups.find(({ metadata }) => metadata.name === groupName);
  if (group === undefined) {
    throw new SimulationError(
      'not-found',
      groupName,
      `${machine.name} has no volume group ${groupName}`,
    );
  }
  const extents = Math.ceil(sizeBytes / sectorBytes / group.metadata.extentSectors);
  return { group, name, extents };
}
