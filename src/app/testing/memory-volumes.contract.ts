import {
  type GuestVolumeGroup,
  type LogicalVolume,
  type SnapshotFill,
  type SnapshotHealth,
  type ThinPoolFill,
  type VolumeGroup,
  XenBackupError,
} from '../../core/index.js';
import { groupsOn } from '../../core/testing/guest-machine.contract.js';
import type { Layout, LayoutDevice } from '../../core/testing/layout.contract.js';
import type { VolumeHolders, VolumeManager } from '../../ports/index.js';
import type { DeviceOwner, Shown } from './memory-shown.contract.js';

export const extentSizeBytes = 4 * 1024 * 1024;

/** What is known of volumes, and of what stands on them. */
interface VolumesInMemory {
  readonly volumeGroups: readonly VolumeGroup[];
  readonly logicalVolumes: Map<string, LogicalVolume>;
  readonly health: Map<string, SnapshotHealth>;
  readonly holders: VolumeHolders;
  readonly poolPercent: number;
  shown(path: string): Shown;
  addVolume(group: string, name: string, device: LayoutDevice, layout: Layout): LogicalVolume;
  isOpen(path: string): boolean;
  requireFree(path: string): void;
}

/** The volumes of a host in memory. */
export function memoryVolumes(devices: VolumesInMemory, host: DeviceOwner): VolumeManager {
  const find = (name: string): LogicalVolume | undefined =>
    withOpenness(devices, devices.logicalVolumes.get(name));
  return {
    inventory: () =>
      host.call('volumes', () => ({
        volumeGroups: devices.volumeGroups,
        logicalVolumes: [...devices.logicalVolumes.keys()].flatMap((name) => find(name) ?? []),
      })),
    findVolume: (path) =>
      host.call(`find-volume ${path}`, () =>
        [...devices.logicalVolumes.keys()]
          .map(find)
          .find((volume) => volume?.path === path || volume?.deviceMapperPath === path),
      ),
    holders: ({ deviceMapperPath }) =>
      host.call(`holders ${deviceMapperPath}`, () => devices.holders),
    createSnapshot: (request, onTaken) =>
      host.call(
        `create-snapshot ${request.volumeGroup}/${request.name} of ${request.origin}`,
        () => {
          const origin = devices.logicalVolumes.get(request.origin);
          if (origin === undefined)
            throw new XenBackupError('volume-not-found', { message: request.origin });
          const shown = devices.shown(origin.deviceMapperPath);
          const made = devices.addVolume(
            request.volumeGroup,
            request.name,
            shown.device,
            shown.layout,
          );
          const snapshot = {
            ...made,
            origin: request.origin,
            tags: request.tags,
            sizeBytes: extentSizeBytes,
          };
          devices.logicalVolumes.set(request.name, snapshot);
          devices.health.set(request.name, { kind: 'healthy', usedShare: 0.1 });
          onTaken?.();
          return snapshot;
        },
      ),
    removeSnapshot: (proof) =>
      host.call(`remove-snapshot ${proof.name}`, () => {
        const found = devices.logicalVolumes.get(proof.name);
        if (found === undefined) return;
        if (found.origin !== proof.origin || !proof.tags.every((tag) => found.tags.includes(tag))) {
          throw new XenBackupError('ownership-unproven', { message: proof.name });
        }
        devices.requireFree(found.deviceMapperPath);
        devices.logicalVolumes.delete(proof.name);
      }),
    extendSnapshot: (proof, sizeBytes) =>
      host.call(`extend-snapshot ${proof.name} ${String(sizeBytes)}`, () => {
        const found = devices.logicalVolumes.get(proof.name);
        if (found === undefined) {
          throw new XenBackupError('volume-not-found', { message: proof.name });
        }
        const grown = { ...found, sizeBytes };
        devices.logicalVolumes.set(proof.name, grown);
        return grown;
      }),
    snapshotFills: (snapshots) =>
      host.call(`fills ${snapshots.map(({ name }) => name).join(' ')}`, () =>
        snapshots.map(({ name }) => fillOf(devices, name)),
      ),
    thinPoolFills: (pools) =>
      host.call(`pools ${pools.map(({ name }) => name).join(' ')}`, () =>
        pools.map((): ThinPoolFill => {
          const usedBlocks = devices.poolPercent;
          const metadata = { usedBlocks: 10, totalBlocks: 100 };
          return { kind: 'open', data: { usedBlocks, totalBlocks: 100 }, metadata };
        }),
      ),
    snapshotHealth: (_, name) =>
      host.call(`health ${name}`, () => {
        const health = devices.health.get(name);
        if (health === undefined) throw new XenBackupError('volume-not-found', { message: name });
        return health;
      }),
    readGuestVolumeGroups: (paths) =>
      host.call(`guest-groups ${paths.join(' ')}`, (): readonly GuestVolumeGroup[] => {
        const [first] = paths;
        if (first === undefined) return [];
        return groupsOn(devices.shown(first).layout, paths, (path) => devices.shown(path).device);
      }),
  };
}

function fillOf(devices: VolumesInMemory, name: string): SnapshotFill {
  const [health, volume] = [devices.health.get(name), devices.logicalVolumes.get(name)];
  if (health === undefined || volume === undefined) {
    throw new XenBackupError('volume-not-found', { message: name });
  }
  if (health.kind === 'invalid') return health;
  const usedShare = health.kind === 'healthy' ? health.usedShare : 0;
  const { sizeBytes } = volume;
  return { kind: 'thick', usedBytes: usedShare * sizeBytes, sizeBytes };
}

function withOpenness(
  devices: VolumesInMemory,
  volume: LogicalVolume | undefined,
): LogicalVolume | undefined {
  return volume === undefined
    ? undefined
    : { ...volume, open: volume.open || devices.isOpen(volume.deviceMapperPath) };
}
