import {
  type CreateSnapshotStep,
  type DiskStorage,
  formatBytes,
  type GuestConfiguration,
  type GuestDisk,
  type LogicalVolume,
  type Side,
  snapshotSizeBytes,
  type Step,
  storagePath,
  together,
  type VolumeInventory,
  XenBackupError,
} from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import type { HostSession } from '../hosts/host-session.js';
import type { StepStack } from '../steps/step-stack.js';
import { takeInWindow, type WindowRequest } from './snapshot-window.js';

/** A disk of the guest with what carries it on one host. */
export interface DiskVolume {
  readonly target: string;
  readonly storage: DiskStorage;
}

/** One that lies on a logical volume. */
export interface DiskOnVolume {
  readonly target: string;
  readonly volume: LogicalVolume;
}

/** A device of the host that is to be shown under our own name. */
export interface DiskDevice {
  readonly target: string;
  readonly device: string;
  readonly sizeBytes: number;
  /** Where it is opened in another way than the rest of its side. */
  readonly side?: Side;
}

/** A snapshot that is being read, for the guards and for whoever watches it. */
export interface TakenSnapshot {
  readonly target: string;
  readonly volumeGroup: string;
  readonly name: string;
  readonly origin: string;
  readonly tags: readonly string[];
  readonly originBytes: number;
  readonly storage:
    | { readonly kind: 'thick'; readonly sizeBytes: number; readonly extentBytes: number }
    | { readonly kind: 'thin'; readonly pool: string };
}

/**
 * Finds what carries a guest's disks: logical volumes, other block devices, image files.
 *
 * @throws `volume-not-found`, `disk-unsupported`.
 */
export async function findVolumes(
  session: HostSession,
  disks: readonly GuestDisk[],
  inventory: VolumeInventory,
): Promise<readonly DiskVolume[]> {
  return together(
    disks.map(async ({ target, path, image }) => {
      const known = inventory.logicalVolumes.find(
        (volume) => volume.path === path || volume.deviceMapperPath === path,
      );
      const isDevice = path.startsWith('/dev/');
      const volume = known ?? (isDevice ? await session.host.volumes.findVolume(path) : undefined);
      if (volume !== undefined) return { target, storage: { kind: 'volume', volume } };
      const storage = await session.host.backing.inspect(path, image);
      if (storage !== undefined) return { target, storage };
      throw new XenBackupError('volume-not-found', {
        message: `${session.name} has no logical volume, block device or file ${path} for disk ${target}`,
      });
    }),
  );
}

/** Those that lie on logical volumes. */
export function onVolumes(disks: readonly DiskVolume[]): readonly DiskOnVolume[] {
  return disks.flatMap(({ target, storage }) =>
    storage.kind === 'volume' ? [{ target, volume: storage.volume }] : [],
  );
}

export interface SnapshotsRequest {
  readonly session: HostSession;
  readonly stack: StepStack;
  readonly guest: GuestConfiguration;
  /** Set where the guest is to stand still meanwhile. */
  readonly window?: Pick<WindowRequest, 'context' | 'onReleased'>;
}

/**
 * Snapshots of all disks of the guest, before anything of them is read. All or none: whether they
 * fit is asked first, and the caller unwinds those taken when one fails.
 */
export async function takeSnapshots(
  request: SnapshotsRequest,
  volumes: readonly DiskOnVolume[],
  inventory: VolumeInventory,
): Promise<readonly (DiskDevice & { readonly snapshot: TakenSnapshot })[]> {
  const { session, stack, guest } = request;
  if (volumes.length === 0) return [];
  const steps = volumes.map(({ volume }) => snapshotStep(session, guest, volume, inventory));
  requireRoom(session, steps, inventory);
  // Together: one append to the journal, and as little time as can be between the disks.
  const effects = await (request.window === undefined
    ? stack.takeTogether(steps)
    : takeInWindow({ ...request, ...request.window }, steps));
  return volumes.map(({ target, volume: originVolume }, index) => {
    const [step, effect] = [steps[index], effects[index]];
    if (step === undefined || effect?.kind !== 'snapshot') {
      throw new XenBackupError('internal', { message: `no snapshot was taken of disk ${target}` });
    }
    const { volumeGroup, name, origin, tags } = step;
    const { sizeBytes, pool = '' } = effect.volume;
    const group = inventory.volumeGroups.find((candidate) => candidate.name === volumeGroup);
    const extentBytes = group?.extentSizeBytes ?? sizeBytes;
    const originBytes = originVolume.sizeBytes;
    const snapshot: TakenSnapshot = {
      ...{ target, volumeGroup, name, origin, tags, originBytes },
      storage:
        step.storage.kind === 'thin'
          ? { kind: 'thin', pool }
          : { kind: 'thick', sizeBytes, extentBytes },
    };
    // LVM reports a thick snapshot's size as that of its copy-on-write space.
    return { target, device: effect.volume.deviceMapperPath, sizeBytes: originBytes, snapshot };
  });
}

function snapshotStep(
  session: HostSession,
  guest: GuestConfiguration,
  volume: LogicalVolume,
  inventory: VolumeInventory,
): CreateSnapshotStep {
  const { name } = session.nextObject();
  const group = inventory.volumeGroups.find((candidate) => candidate.name === volume.volumeGroup);
  if (group === undefined) {
    throw new XenBackupError('volume-not-found', {
      message: `${session.name} does not list volume group ${volume.volumeGroup}`,
    });
  }
  return {
    kind: 'create-snapshot',
    host: session.name,
    guest: guest.name,
    volumeGroup: volume.volumeGroup,
    origin: volume.name,
    name,
    storage:
      volume.segmentType === 'thin'
        ? { kind: 'thin' }
        : {
            kind: 'thick',
            sizeBytes: snapshotSizeBytes(
              guest.snapshotSize,
              volume.sizeBytes,
              group.extentSizeBytes,
            ),
          },
    tags: ['xen-backup', `xen-backup-${session.runId}`],
  };
}

function requireRoom(
  session: HostSession,
  steps: readonly CreateSnapshotStep[],
  inventory: VolumeInventory,
): void {
  for (const group of inventory.volumeGroups) {
    const neededBytes = steps
      .filter((step) => step.volumeGroup === group.name)
      .reduce((sum, { storage }) => sum + (storage.kind === 'thick' ? storage.sizeBytes : 0), 0);
    if (neededBytes <= group.freeBytes) continue;
    throw new XenBackupError('volume-group-full', {
      message:
        `volume group ${group.name} on ${session.name} has ${formatBytes(group.freeBytes)} free; ` +
        `the snapshots need ${formatBytes(neededBytes)}`,
    });
  }
}

/** The step that shows a device of the host as a device of ours. */
export function wrapperStep(
  session: HostSession,
  guest: string,
  { device, sizeBytes }: DiskDevice,
  side: Side,
): Step & { readonly kind: 'create-map' } {
  return {
    kind: 'create-map',
    host: session.name,
    guest,
    ...session.nextObject(),
    access: side.devices,
    segments: [
      {
        kind: 'linear',
        startSector: 0,
        sectors: sizeBytes / 512,
        device,
        offsetSectors: 0,
      },
    ],
  };
}

/** Everything that was written to a disk of a standby is on the disk of its host. */
export async function flushStorage(host: Host, storage: DiskStorage): Promise<void> {
  if (storage.kind === 'file') await host.backing.flushFile(storage.path);
  else await host.deviceMapper.flush(storagePath(storage));
}
