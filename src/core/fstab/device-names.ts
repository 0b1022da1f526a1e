import {
  allDevices,
  allFileSystems,
  type DeviceNode,
  deviceMapperName,
  type DeviceTree,
  furtherDevices,
  type GuestLogicalVolume,
  type GuestVolumeGroup,
} from '../model/index.js';
import { decodeBytes } from './decode.js';

/** Finds the device of a tree that a guest's own name for it means; `undefined` if none does. */
export type DeviceResolver = (name: string) => DeviceNode | undefined;

/**
 * Every name under which the guest itself may know its devices: by UUID, label, partition UUID
 * and label, udev's by-... links, LVM paths, and disk names, where the letter counts and not the
 * driver's prefix (a guest may say sda for what the definition calls xvda). A name that several
 * devices have means none of them.
 */
export function deviceResolver(tree: DeviceTree): DeviceResolver {
  const names = new Map<string, DeviceNode | 'ambiguous'>();
  // Whichever device of a file system is named: what is meant is the file system.
  const firsts = new Map(
    allFileSystems(tree).flatMap((first) =>
      furtherDevices(tree, first).map(({ position }) => [position, first] as const),
    ),
  );
  const learn = (name: string, device: DeviceNode): void => {
    const node = firsts.get(device.position) ?? device;
    const known = names.get(name);
    names.set(name, known === undefined || known === node ? node : 'ambiguous');
  };
  for (const node of allDevices(tree)) {
    for (const name of contentNames(node)) learn(name, node);
    for (const name of partitionNames(node)) learn(name, node);
  }
  for (const disk of tree.disks) {
    for (const node of withChildren(disk)) for (const name of diskNames(node)) learn(name, node);
  }
  for (const { group, volumes } of tree.volumeGroups) {
    for (const node of volumes) {
      const volume = group.logicalVolumes.find(
        ({ name }) => node.position === `${group.name}/${name}`,
      );
      if (volume !== undefined) for (const name of volumeNames(group, volume)) learn(name, node);
    }
  }
  return (name) => {
    // The very name comes first: xvda beside hda in one guest is no riddle for who says xvda.
    const node = names.get(name) ?? names.get(canonicalName(name));
    return node === 'ambiguous' ? undefined : node;
  };
}

function volumeNames(group: GuestVolumeGroup, volume: GuestLogicalVolume): readonly string[] {
  const mapName = deviceMapperName(group.name, volume.name);
  const uuid = `${group.uuid}${volume.uuid}`.replaceAll('-', '');
  return [
    `/dev/${group.name}/${volume.name}`,
    `/dev/mapper/${mapName}`,
    `/dev/disk/by-id/dm-name-${mapName}`,
    `/dev/disk/by-id/dm-uuid-LVM-${uuid}`,
  ];
}

function withChildren(node: DeviceNode): readonly DeviceNode[] {
  return [node, ...node.children.flatMap(withChildren)];
}

function contentNames(node: DeviceNode): readonly string[] {
  const { content } = node;
  if (content.kind !== 'file-system' && content.kind !== 'swap') return [];
  return [
    ...(content.uuid === undefined
      ? []
      : [`UUID=${content.uuid.toLowerCase()}`, `/dev/disk/by-uuid/${content.uuid.toLowerCase()}`]),
    ...(content.label === undefined
      ? []
      : [`LABEL=${content.label}`, `/dev/disk/by-label/${content.label}`]),
  ];
}

function partitionNames(node: DeviceNode): readonly string[] {
  const uuid = node.partitionUuid?.toLowerCase();
  const label = node.partitionLabel;
  return [
    ...(uuid === undefined ? [] : [`PARTUUID=${uuid}`, `/dev/disk/by-partuuid/${uuid}`]),
    ...(label === undefined ? [] : [`PARTLABEL=${label}`, `/dev/disk/by-partlabel/${label}`]),
  ];
}

// A Xen guest may also have a whole "disk" that is called as a partition is: xvda2.
const diskPattern = /^(?:xvd|sd|hd|vd|ubd)([a-z]+)(\d*)$/;

function diskNames(node: DeviceNode): readonly string[] {
  const [target = '', partition = '', ...deeper] = node.position.split('/');
  if (deeper.length > 0) return [];
  const own = `/dev/${target}${partition}`;
  const [, letters, digits = ''] = diskPattern.exec(target) ?? [];
  if (letters === undefined || (digits !== '' && partition !== '')) return [own];
  return [own, `disk:${letters}:${digits}${partition}`];
}

/** One spelling for names that mean the same: quotes, case of UUIDs, escaped by-label links. */
function canonicalName(name: string): string {
  const tag = /^(UUID|PARTUUID|LABEL|PARTLABEL)=(.*)$/s.exec(name);
  if (tag !== null) {
    const [, key = '', value = ''] = tag;
    const bare = value.replace(/^(["'])(.*)\1$/s, '$2');
    return key.endsWith('UUID') ? `${key}=${bare.toLowerCase()}` : `${key}=${bare}`;
  }
  if (/^\/dev\/disk\/by-(part)?uuid\//.test(name)) return name.toLowerCase();
  if (/^\/dev\/disk\/by-(part)?label\//.test(name))
    return decodeBytes(name, /\\x([0-9a-f]{2})/gi, 16);
  const [, letters, number = ''] = diskPattern.exec(name.replace(/^\/dev\//, '')) ?? [];
  return letters !== undefined && name.startsWith('/dev/') ? `disk:${letters}:${number}` : name;
}
