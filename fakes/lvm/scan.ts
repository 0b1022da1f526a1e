import { contentOn } from '../block/contents.js';
import { allDevices, keyOf, pathsOf, sectorsOf } from '../block/devices.js';
import { logicalVolumeLink, parseLvmUuid } from '../block/lvm-names.js';
import type { BlockDevice, PhysicalVolumeContent } from '../block/types.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import type { PhysicalVolumeMetadata, VolumeGroupMetadata } from './types.js';

/** What a command is allowed to see. */
export interface ScanScope {
  /**
   * The path under which the device is accepted, `undefined` when it is not. Gets all its paths,
   * the preferred one first.
   */
  readonly accept: (paths: readonly string[]) => string | undefined;
  readonly scanLogicalVolumes: 'on' | 'off';
}

/** A physical volume on a device that the scan saw. */
export interface ScannedPhysicalVolume {
  readonly device: BlockDevice;
  /** As LVM prints it. */
  readonly path: string;
  readonly content: PhysicalVolumeContent;
  readonly deviceSectors: number;
}

/** A volume group put together from what was seen of it. */
export interface ScannedGroup {
  readonly metadata: VolumeGroupMetadata;
  /** By UUID of the physical volume. */
  readonly present: ReadonlyMap<string, ScannedPhysicalVolume>;
  readonly missing: readonly PhysicalVolumeMetadata[];
}

export type PreferenceReason =
  | 'device is used by LV'
  | 'device size is correct'
  | 'device name matches previous'
  | 'device is in dm subsystem'
  | 'device was seen first';

/** One physical volume's UUID on several devices: LVM uses one of them and warns of the others. */
export interface DuplicatePhysicalVolume {
  readonly uuid: string;
  readonly used: ScannedPhysicalVolume;
  readonly ignored: readonly ScannedPhysicalVolume[];
  /** Why the one was preferred, in LVM's words for the rule. */
  readonly reason: PreferenceReason;
}

export interface LvmScan {
  /** In the order their first device was seen. */
  readonly groups: readonly ScannedGroup[];
  /** Physical volumes of no group. */
  readonly orphans: readonly ScannedPhysicalVolume[];
  readonly duplicates: readonly DuplicatePhysicalVolume[];
}

/** The scope of a command without options of its own. */
export function defaultScope(machine: Machine): ScanScope {
  return {
    accept: (paths) => paths[0],
    scanLogicalVolumes: machine.lvmSettings.scanLogicalVolumes,
  };
}

/** Looks at every device in scope, as each LVM command does anew. */
export function scanLvm(machine: Machine, scope: ScanScope): LvmScan {
  const seen = scanOrder(machine).flatMap((device) => inspect(machine, device, scope) ?? []);
  const duplicates: DuplicatePhysicalVolume[] = [];
  const chosen: ScannedPhysicalVolume[] = [];
  for (const uuid of new Set(seen.map((volume) => volume.content.uuid))) {
    const same = seen.filter((volume) => volume.content.uuid === uuid);
    const decision = choose(machine, same);
    chosen.push(decision.used);
    if (same.length > 1) duplicates.push({ uuid, ...decision });
  }
  return { ...assemble(chosen), duplicates };
}

/** Disks first, then maps, each in order of number. */
function scanOrder(machine: Machine): readonly BlockDevice[] {
  const devices = allDevices(machine);
  return [
    ...devices.filter((device) => device.kind !== 'map'),
    ...devices.filter((device) => device.kind === 'map'),
  ];
}

/** The physical volume on a device; `undefined` where the scope does not show it, or there is none. */
export function inspect(
  machine: Machine,
  device: BlockDevice,
  scope: ScanScope,
): ScannedPhysicalVolume | undefined {
  if (device.kind === 'map' && !isUsable(device.uuid, scope)) return undefined;
  if (device.kind === 'map' && device.suspended) return undefined;
  const path = scope.accept(pathsForLvm(device));
  if (path === undefined) return undefined;
  try {
    const found = contentOn(machine, keyOf(device.number));
    if (found?.content.kind !== 'physical-volume') return undefined;
    return { device, path, content: found.content, deviceSectors: sectorsOf(device) };
  } catch (error) {
    // A device that gives errors is left out of the scan, as LVM does.
    if (isSimulationError(error, 'input-output')) return undefined;
    throw error;
  }
}

/** LVM never looks at its own internal maps, and at volumes only when told to. */
function isUsable(uuid: string, scope: ScanScope): boolean {
  if (!uuid.startsWith('LVM-')) return true;
  return scope.scanLogicalVolumes === 'on' && parseLvmUuid(uuid)?.layer === undefined;
}

/** The name LVM prefers first: `/dev/VG/LV`, `/dev/mapper/...`, `/dev/vdb`. */
function pathsForLvm(device: BlockDevice): readonly string[] {
  const paths = pathsOf(device);
  const link = device.kind === 'map' ? logicalVolumeLink(device.name, device.uuid) : undefined;
  return link === undefined ? paths : [link, ...paths.filter((path) => path !== link)];
}

function choose(
  machine: Machine,
  same: readonly ScannedPhysicalVolume[],
): Omit<DuplicatePhysicalVolume, 'uuid'> {
  const [first] = same;
  if (first === undefined) throw new Error('a physical volume that was seen nowhere');
  const [used, reason] = preferred(machine, same) ?? [first, 'device was seen first'];
  return { used, ignored: same.filter((volume) => volume !== used), reason };
}

/** LVM's rules in its order: the first that tells one device from the others decides. */
function preferred(
  machine: Machine,
  same: readonly ScannedPhysicalVolume[],
): readonly [ScannedPhysicalVolume, PreferenceReason] | undefined {
  const rules: readonly (readonly [
    PreferenceReason,
    (volume: ScannedPhysicalVolume) => boolean,
  ])[] = [
    ['device is used by LV', (volume) => carriesVolumes(machine, volume)],
    ['device size is correct', (volume) => volume.deviceSectors === volume.content.deviceSectors],
    ['device name matches previous', (volume) => volume.path === hintOf(volume)],
    ['device is in dm subsystem', (volume) => volume.device.kind === 'map'],
  ];
  for (const [reason, holds] of rules) {
    const matching = same.filter(holds);
    const [one] = matching;
    if (one !== undefined && matching.length < same.length) return [one, reason];
  }
  return undefined;
}

function hintOf({ content }: ScannedPhysicalVolume): string | undefined {
  return content.metadata?.physicalVolumes.find(({ uuid }) => uuid === content.uuid)?.deviceHint;
}

function carriesVolumes(machine: Machine, volume: ScannedPhysicalVolume): boolean {
  const key = keyOf(volume.device.number);
  return [...machine.devices.values()].some(
    (device) =>
      device.kind === 'map' &&
      device.uuid.startsWith('LVM-') &&
      device.table.some(
        (target) =>
          (target.kind === 'linear' && target.device === key) ||
          (target.kind === 'striped' && target.stripes.some((stripe) => stripe.device === key)),
      ),
  );
}

function assemble(volumes: readonly ScannedPhysicalVolume[]): Omit<LvmScan, 'duplicates'> {
  const newest = new Map<string, VolumeGroupMetadata>();
  for (const { content } of volumes) {
    const { metadata } = content;
    if (metadata === undefined) continue;
    const known = newest.get(metadata.uuid);
    if (known === undefined || known.sequence < metadata.sequence) {
      newest.set(metadata.uuid, metadata);
    }
  }
  return {
    groups: [...newest.values()].map((metadata) => groupOf(metadata, volumes)),
    orphans: volumes.filter((volume) => volume.content.metadata === undefined),
  };
}

function groupOf(
  metadata: VolumeGroupMetadata,
  volumes: readonly ScannedPhysicalVolume[],
): ScannedGroup {
  const members = metadata.physicalVolumes.map((member) => member.uuid);
  const present = new Map(
    volumes
      .filter(({ content }) => members.includes(content.uuid))
      .map((volume) => [volume.content.uuid, volume]),
  );
  return {
    metadata,
    present,
    missing: metadata.physicalVolumes.filter((member) => !present.has(member.uuid)),
  };
}
