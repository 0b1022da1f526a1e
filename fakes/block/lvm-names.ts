/** A device-mapper UUID that LVM gave: VG UUID, LV UUID, and a layer for internal maps. */
const lvmUuidPattern = /^LVM-([A-Za-z0-9]{32})([A-Za-z0-9]{32})(?:-([a-z]+))?$/;

export interface LvmMapIdentity {
  /** Both without hyphens. */
  readonly volumeGroupUuid: string;
  readonly logicalVolumeUuid: string;
  /** `real`, `cow`, `tpool`, `tdata`...; absent for the volume itself. */
  readonly layer?: string;
}

/** What an LVM map's UUID says, `undefined` for any other map. */
export function parseLvmUuid(uuid: string): LvmMapIdentity | undefined {
  const match = lvmUuidPattern.exec(uuid);
  if (match === null) return undefined;
  const [, volumeGroupUuid = '', logicalVolumeUuid = '', layer] = match;
  return { volumeGroupUuid, logicalVolumeUuid, ...(layer === undefined ? {} : { layer }) };
}

/** `LVM-<vg><lv>[-layer]` from UUIDs with hyphens. */
export function lvmMapUuid(groupUuid: string, volumeUuid: string, layer?: string): string {
  const bare = `LVM-${groupUuid.replaceAll('-', '')}${volumeUuid.replaceAll('-', '')}`;
  return layer === undefined ? bare : `${bare}-${layer}`;
}

/** `VG-LV[-layer]` with the hyphens of the names doubled. */
export function lvmMapName(group: string, volume: string, layer?: string): string {
  const parts = [group, volume].map((name) => name.replaceAll('-', '--'));
  return [...parts, ...(layer === undefined ? [] : [layer])].join('-');
}

/** Splits `VG-LV[-layer]`: a single hyphen separates, a double one belongs to a name. */
export function splitLvmMapName(name: string): readonly string[] {
  const parts = [''];
  // From the left: no name of a volume begins with a hyphen, so `a---b` is `a-` and `b`.
  for (const token of name.match(/--|-|[^-]+/g) ?? []) {
    if (token === '-') parts.push('');
    else parts[parts.length - 1] = `${parts.at(-1) ?? ''}${token === '--' ? '-' : token}`;
  }
  return parts;
}

/** `/dev/VG/LV`, which udev makes for volumes that are not internal. */
export function logicalVolumeLink(mapName: string, uuid: string): string | undefined {
  const identity = parseLvmUuid(uuid);
  if (identity === undefined || identity.layer !== undefined) return undefined;
  const [group, volume] = splitLvmMapName(mapName);
  if (group === undefined || volume === undefined) return undefined;
  // Hidden volumes of a pool bear these endings and get no link.
  return /_(tdata|tmeta|pmspare|mimage|mlog|rimage|rmeta)/.test(volume)
    ? undefined
    : `/dev/${group}/${volume}`;
}
