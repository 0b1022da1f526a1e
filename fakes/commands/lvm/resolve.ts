import type { LvmScan, ScannedGroup } from '../../lvm/scan.js';
import { findVolume } from '../../lvm/lookup.js';
import type { LogicalVolumeMetadata } from '../../lvm/types.js';
import type { LvmInvocation } from './invocation.js';
import { parseVolumeName } from './names.js';

/** What an operand leads to, or what LVM says when it leads nowhere. */
export type Resolved<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'missing'; readonly complaints: readonly string[] };

export function resolveGroup(scan: LvmScan, name: string): Resolved<ScannedGroup> {
  const [group, ...others] = scan.groups.filter(({ metadata }) => metadata.name === name);
  if (group === undefined) return { kind: 'missing', complaints: groupNotFound(name) };
  if (others.length === 0) return { kind: 'found', value: group };
  return {
    kind: 'missing',
    complaints: [
      `Multiple VGs found with the same name: skipping ${name}`,
      'Use --select vg_uuid=<uuid> in place of the VG name.',
    ],
  };
}

export function resolveVolume(
  { machine, scan }: LvmInvocation,
  operand: string,
): Resolved<{ readonly group: ScannedGroup; readonly volume: LogicalVolumeMetadata }> {
  const name = parseVolumeName(machine, operand);
  if (name === undefined) return { kind: 'missing', complaints: [invalidPath(operand)] };
  const group = resolveGroup(scan, name.group);
  if (group.kind === 'missing') return group;
  const wanted = name.volume ?? '';
  const volume = findVolume(group.value.metadata, wanted);
  if (volume === undefined) {
    return { kind: 'missing', complaints: [volumeNotFound(name.group, wanted)] };
  }
  return { kind: 'found', value: { group: group.value, volume } };
}

/** What LVM says of a group it does not see. */
function groupNotFound(name: string): readonly string[] {
  return [`Volume group "${name}" not found`, `Cannot process volume group ${name}`];
}

/** What LVM says of a volume that a group does not have. */
export function volumeNotFound(group: string, volume: string): string {
  return `Failed to find logical volume "${group}/${volume}"`;
}

/** What LVM says of a path that cannot be a volume's. */
export function invalidPath(operand: string): string {
  return `"${operand.replace(/^\/dev\//, '')}": Invalid path for Logical Volume.`;
}
