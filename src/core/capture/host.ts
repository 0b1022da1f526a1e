import type {
  DiskStorage,
  ImageFormat,
  LogicalVolume,
  VolumeGroup,
  VolumeInventory,
} from '../model/index.js';
import { fileNameForGuest } from '../model/index.js';
import type { StandbyRecord } from '../standby/index.js';
import { captureContents } from './contents.js';
import type {
  CapturedContent,
  CapturedHost,
  CapturedHostVolume,
  CapturedImage,
  CapturedPlainDisk,
} from './document.js';
import type { FoundDisk, GuestFacts, HostFacts } from './facts.js';
import { reduceFstab } from './fstab.js';
import type { Names } from './names.js';

/** Where the first extent of a simulated host's volume group lies. */
const groupHeaderBytes = 2 ** 20;

/** A disk of the guest on a logical volume. */
interface DiskOnVolume {
  readonly target: string;
  readonly volume: LogicalVolume;
}

/** A host of a scenario: as much of its storage as this guest's disks concern. */
export function captureHost(facts: GuestFacts, host: HostFacts, names: Names): CapturedHost {
  if (host.answer === 'silent') return { ...addressOf(host, names), power: 'off' };
  return {
    ...addressOf(host, names),
    ...(isKvm(facts) ? { hypervisor: 'kvm' } : {}),
    ...recordOf(facts, host, names),
    ...storageOf(facts, host, names),
  };
}

export function isKvm({ libvirtUri }: Pick<GuestFacts, 'libvirtUri'>): boolean {
  return libvirtUri.startsWith('qemu');
}

function addressOf({ name, address }: HostFacts, names: Names): Pick<CapturedHost, 'addresses'> {
  const shown = names.address(address);
  return shown === names.host(name) ? {} : { addresses: [shown] };
}

/**
 * The record decides who may overwrite whom. Its seal is of bytes that a capture does not have: a
 * broken one says that whether the standby was used cannot be told.
 */
function recordOf(
  { guest, stateDirectory }: GuestFacts,
  { record }: HostFacts,
  names: Names,
): Pick<CapturedHost, 'files'> {
  if (record === undefined) return {};
  const { seal, ...rest } = record;
  const captured: StandbyRecord = {
    ...rest,
    guest: names.guest(record.guest),
    source: names.host(record.source),
    lineage: record.lineage.map((span) => ({ ...span, source: names.host(span.source) })),
    domainXml: '',
    ...(seal === undefined ? {} : { seal: { kind: 'broken', runId: record.runId } }),
  };
  const file = `${fileNameForGuest(names.guest(guest.name))}.json`;
  return { files: { [`${stateDirectory}/records/${file}`]: `${JSON.stringify(captured)}\n` } };
}

function storageOf(facts: GuestFacts, host: HostFacts, names: Names): Partial<CapturedHost> {
  const { inventory } = host;
  if (inventory === undefined) return {};
  const disks = (host.disks ?? []).flatMap(({ target, storage }): DiskOnVolume[] =>
    storage.kind === 'volume' ? [{ target, volume: storage.volume }] : [],
  );
  const contents = contentsOf(facts, host, names);
  const groupNames = new Set(disks.map(({ volume }) => volume.volumeGroup));
  const groups = inventory.volumeGroups.filter(({ name }) => groupNames.has(name));
  const stored = groups.map((group) => storeGroup(group, disks, inventory, names));
  const pools = stored.flatMap((group) => group.pools);
  return {
    volumeGroups: Object.fromEntries(stored.map(({ group }) => group)),
    ...(pools.length === 0 ? {} : { thinPools: Object.fromEntries(pools) }),
    volumes: Object.fromEntries([
      ...guestVolumes(contents, disks, names),
      ...stored.flatMap(({ rest }) => rest),
    ]),
    ...plainStorage(host.disks ?? [], contents, names),
  };
}

/** Image files, and devices that are no logical volumes. */
function plainStorage(
  disks: readonly FoundDisk[],
  contents: Contents,
  names: Names,
): Pick<CapturedHost, 'images' | 'disks'> {
  const images: Record<string, CapturedImage> = {};
  const devices: Record<string, CapturedPlainDisk> = {};
  for (const { target, storage } of disks) {
    if (storage.kind === 'volume') continue;
    const content = contents.get(target);
    const disk = { size: storage.sizeBytes, ...(content === undefined ? {} : { content }) };
    const path = carrierPath(storage, names);
    if (storage.kind === 'device') devices[path.replace('/dev/', '')] = disk;
    else images[path] = { ...disk, ...formatOf(storage.image) };
  }
  return {
    ...(Object.keys(images).length === 0 ? {} : { images }),
    ...(Object.keys(devices).length === 0 ? {} : { disks: devices }),
  };
}

function formatOf(image: ImageFormat): Pick<CapturedImage, 'qcow2' | 'sectorSize'> {
  if (image.kind === 'qcow2') return { qcow2: {} };
  return image.sectorBytes === 4096 ? { sectorSize: 4096 } : {};
}

/** A group with the room it has: what others keep in it is one volume without content. */
function storeGroup(
  group: VolumeGroup,
  disks: readonly DiskOnVolume[],
  { logicalVolumes }: VolumeInventory,
  names: Names,
) {
  const own = distinct(disks.map(({ volume }) => volume)).filter(
    ({ volumeGroup }) => volumeGroup === group.name,
  );
  const poolNames = new Set(own.flatMap(({ pool }) => (pool === undefined ? [] : [pool])));
  const pools = logicalVolumes.filter(
    ({ volumeGroup, name }) => volumeGroup === group.name && poolNames.has(name),
  );
  // A simulated pool has an extent for its metadata, a group with pools one more to spare.
  const poolBytes = sum(pools.map(({ sizeBytes }) => sizeBytes + group.extentSizeBytes));
  const spareBytes = pools.length === 0 ? 0 : group.extentSizeBytes;
  const thick = own.filter(({ pool }) => pool === undefined).map(({ sizeBytes }) => sizeBytes);
  const placedBytes = sum(thick) + poolBytes + spareBytes;
  const restBytes = Math.max(0, group.sizeBytes - group.freeBytes - placedBytes);
  const name = names.volumeGroup(group.name);
  const sizeBytes = groupHeaderBytes + placedBytes + restBytes + group.freeBytes;
  return {
    group: [name, { size: sizeBytes, extentSize: group.extentSizeBytes }] as const,
    pools: pools.map((pool): [string, { size: number }] => [
      volumePath(pool, names),
      { size: pool.sizeBytes },
    ]),
    rest: restBytes === 0 ? [] : [[`${name}/volumes-of-others`, { size: restBytes }] as const],
  };
}

/** What stands on each disk of the guest; a blank one, and one that was not opened, has none. */
type Contents = ReadonlyMap<string, CapturedContent | undefined>;

function contentsOf(facts: GuestFacts, { name, tree }: HostFacts, names: Names): Contents {
  const { fstab, source } = facts;
  const reduced =
    fstab === undefined || name !== source
      ? {}
      : { fstab: { position: fstab.position, text: reduceFstab(fstab.text, names) } };
  return tree === undefined ? new Map() : captureContents({ tree, names, ...reduced });
}

function guestVolumes(
  contents: Contents,
  disks: readonly DiskOnVolume[],
  names: Names,
): readonly (readonly [string, CapturedHostVolume])[] {
  return disks.map(({ target, volume }) => {
    const content = contents.get(target);
    const pool =
      volume.pool === undefined ? undefined : names.volume(volume.volumeGroup, volume.pool);
    return [
      volumePath(volume, names),
      {
        size: volume.sizeBytes,
        ...(pool === undefined ? {} : { pool }),
        ...(volume.active ? {} : { active: false }),
        ...(content === undefined ? {} : { content }),
      },
    ];
  });
}

/** The path of what carries a disk, as the captured definition says it. */
export function carrierPath(storage: DiskStorage, names: Names): string {
  switch (storage.kind) {
    case 'volume':
      return `/dev/${volumePath(storage.volume, names)}`;
    case 'file':
      return names.image(storage.path);
    case 'device':
      return names.plainDisk(storage.path);
  }
}

/** `GROUP/VOLUME`, as a scenario names it. */
function volumePath({ volumeGroup, name }: LogicalVolume, names: Names): string {
  return `${names.volumeGroup(volumeGroup)}/${names.volume(volumeGroup, name)}`;
}

function distinct(volumes: readonly LogicalVolume[]): readonly LogicalVolume[] {
  return [...new Map(volumes.map((volume) => [volume.uuid, volume])).values()];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
