import { deviceMapperName } from '../model/index.js';
import { allDevices, type DeviceNode, type DeviceTree } from '../model/index.js';

/** Finds the device of a tree that a guest's own name for it means; `undefined` if none does. */
export type DeviceResolver = (name: string) => DeviceNode | undefined;

/**
 * Every name under which the guest itself may know its devices: by UUID, label, partition UUID
 * and label, udev's by-... links, LVM paths, and disk names, where the letter counts and not the
 * driver's prefix (a guest may say sda for what the definition calls xvda).
 */
export function deviceResolver(tree: DeviceTree): DeviceResolver {
  const names = new Map<string, DeviceNode | 'ambiguous'>();
  const learn = (name: string, node: DeviceNode): void => {
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
    volumes.forEach((node, index) => {
      const volume = group.logicalVolumes[index];
      if (volume === undefined) return;
      learn(`/dev/${group.name}/${volume.name}`, node);
      learn(`/dev/mapper/${deviceMapperName(group.name, volume.name)}`, node);
      const uuid = `${group.uuid}${volume.uuid}`.replaceAll('-', '');
      learn(`/dev/disk/by-id/dm-uuid-LVM-${uuid}`, node);
      learn(`/dev/disk/by-id/dm-name-${deviceMapperName(group.name, volume.name)}`, node);
    });
  }
  return (name) => {
    const node = names.get(canonicalName(name));
    return node === 'ambiguous' ? undefined : node;
  };
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

const diskPattern = /^(?:xvd|sd|hd|vd|ubd)([a-z]+)$/;

function diskNames(node: DeviceNode): readonly string[] {
  const [target = '', partition] = node.position.split('/');
  if (node.position.split('/').length > 2) return [];
  const suffix = partition ?? '';
  const letters = diskPattern.exec(target)?.[1];
  const own = `/dev/${target}${suffix}`;
  return letters === undefined ? [own] : [own, `disk:${letters}:${suffix}`];
}

/** One spelling for names that mean the same: quotes, case of UUIDs, escaped by-label links. */
function canonicalName(name: string): string {
  const tag = /^(UUID|PARTUUID|LABEL|PARTLABEL)=(.*)$/s.exec(name);
  if (tag !== null) {
    const [, key = '', value = ''] = tag;
    const bare = value.replace(/^"(.*)"$/s, '$1');
    return key.endsWith('UUID') ? `${key}=${bare.toLowerCase()}` : `${key}=${bare}`;
  }
  if (/^\/dev\/disk\/by-(part)?uuid\//.test(name)) return name.toLowerCase();
  if (/^\/dev\/disk\/by-(part)?label\//.test(name)) return decodeUdevName(name);
  const disk = /^\/dev\/(?:xvd|sd|hd|vd|ubd)([a-z]+)(\d*)$/.exec(name);
  if (disk !== null) return `disk:${disk[1] ?? ''}:${disk[2] ?? ''}`;
  return name;
}

/** udev writes unusual bytes of a label as `\x20`. */
function decodeUdevName(name: string): string {
  return name.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
