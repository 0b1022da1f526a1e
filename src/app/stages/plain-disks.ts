import {
  type BackingStore,
  changingSourceSide,
  type DiskStorage,
  type GuestConfiguration,
  holdsItsDisks,
  isQcow2,
  rawImage,
  restingSourceSide,
  type Side,
  together,
  XenBackupError,
} from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import { runPath } from '../context.js';
import type { HostSession } from '../hosts/host-session.js';
import type { StepStack } from '../steps/index.js';
import type { DiskDevice, DiskVolume } from './open-disks.js';

/** A disk of the source that is read as it is: there is no snapshot of it. */
export interface PlainDisk {
  readonly target: string;
  readonly storage: BackingStore;
  /** `resting`: its guest is shut off, and it must not change. `changing`: that is accepted. */
  readonly condition: 'resting' | 'changing';
}

/**
 * Judges which disks can be read, and how: those on logical volumes through snapshots, unless the
 * operator says otherwise; all others as they are, when the guest is shut off or he accepts it.
 *
 * @throws `disk-unsupported` for a disk without snapshots of a guest that runs.
 */
export async function judgeStorage(
  { host, name }: HostSession,
  guest: GuestConfiguration,
  disks: readonly DiskVolume[],
  sourceState: 'running' | 'shut-off',
): Promise<readonly DiskVolume[]> {
  return together(
    disks.map(async ({ target, storage }) => {
      const isAccepted = guest.withoutSnapshot.includes(target);
      if (storage.kind === 'volume') {
        return isAccepted
          ? { target, storage: await asDevice(host, storage) }
          : { target, storage };
      }
      if (sourceState === 'shut-off') return { target, storage };
      if (isAccepted && !isQcow2(storage)) return { target, storage };
      throw unreadable(guest, name, target, storage);
    }),
  );
}

/** A volume as any other block device: read without a snapshot. */
async function asDevice(
  host: Host,
  storage: DiskStorage & { readonly kind: 'volume' },
): Promise<DiskStorage> {
  return (await host.backing.inspect(storage.volume.deviceMapperPath)) ?? storage;
}

function unreadable(
  guest: GuestConfiguration,
  host: string,
  target: string,
  storage: BackingStore,
): XenBackupError {
  if (isQcow2(storage)) {
    return new XenBackupError('disk-unsupported', {
      message:
        `disk ${target} of ${guest.name} on ${host} is a qcow2 image (${storage.path}), and the guest ` +
        'runs: what stands where in it is known to its QEMU alone',
      remedy:
        `Shut ${guest.name} down and run with --from ${host}, or move the disk to a logical volume; ` +
        'withoutSnapshot does not help here.',
    });
  }
  const what = storage.kind === 'file' ? 'in a file' : 'on a device';
  return new XenBackupError('disk-unsupported', {
    message:
      `disk ${target} of ${guest.name} on ${host} lies ${what} without snapshots ` +
      `(${storage.path}), and the guest runs: what is read while it writes is of no moment`,
    remedy:
      `Shut ${guest.name} down and run with --from ${host}, move the disk to a logical volume, or, ` +
      `where such a copy will do, set withoutSnapshot: [${target}] for it.`,
  });
}

/** The disks that are read as they are. */
export function plainDisks(
  disks: readonly DiskVolume[],
  sourceState: 'running' | 'shut-off',
): readonly PlainDisk[] {
  const condition = sourceState === 'shut-off' ? 'resting' : 'changing';
  return disks.flatMap(({ target, storage }) =>
    storage.kind === 'volume' ? [] : [{ target, storage, condition }],
  );
}

/** How the file systems of such a disk are mounted. */
export function sideOfPlain({ condition }: PlainDisk): Side {
  return condition === 'resting' ? restingSourceSide : changingSourceSide;
}

/** Shows image files as devices, all with one append to the journal; devices are there already. */
export async function attachImages(
  session: HostSession,
  stack: StepStack,
  guest: string,
  disks: readonly DiskVolume[],
  access: 'read-only' | 'read-write',
): Promise<readonly DiskDevice[]> {
  const files = disks.flatMap((disk) =>
    disk.storage.kind === 'file' ? [{ disk, target: disk.target, storage: disk.storage }] : [],
  );
  const steps = files.map(({ target, storage }) => ({
    kind: 'attach-image' as const,
    host: session.name,
    guest,
    position: target,
    file: storage.path,
    image: storage.image,
    sizeBytes: storage.sizeBytes,
    mountPoint: `${runPath(session.runId)}/${session.nextObject().name}`,
    access,
  }));
  const effects = steps.length === 0 ? [] : await stack.takeTogether(steps);
  return disks.map((disk): DiskDevice => {
    const { target, storage } = disk;
    if (storage.kind === 'volume') {
      const { deviceMapperPath: device, sizeBytes } = storage.volume;
      return { target, device, sizeBytes };
    }
    if (storage.kind === 'device') {
      return { target, device: storage.path, sizeBytes: storage.sizeBytes };
    }
    const effect = effects[files.findIndex((file) => file.disk === disk)];
    if (effect?.kind !== 'image') {
      throw new XenBackupError('internal', { message: `disk ${target} was not attached` });
    }
    return { target, device: effect.device, sizeBytes: storage.sizeBytes };
  });
}

/**
 * Proves that disks which are read as they are have not been written to, and that their guest is
 * still shut off. Where the operator accepts changes nothing is asked.
 *
 * @throws `guest-state-changed`, `source-changed`.
 */
export async function provePlain(
  host: Host,
  guest: GuestConfiguration,
  disks: readonly PlainDisk[],
): Promise<void> {
  const resting = disks.filter(({ condition }) => condition === 'resting');
  if (resting.length === 0) return;
  const state = await host.hypervisor.domainState(guest.name);
  if (state !== undefined && holdsItsDisks(state)) {
    throw new XenBackupError('guest-state-changed', {
      message: `${guest.name} on ${host.name} is ${state}: its disks without snapshots change`,
    });
  }
  for (const { target, storage } of resting) {
    const image = storage.kind === 'file' ? storage.image : rawImage;
    const now = await host.backing.inspect(storage.path, image);
    if (now?.revision === storage.revision && now.sizeBytes === storage.sizeBytes) continue;
    throw new XenBackupError('source-changed', {
      message: `disk ${target} of ${guest.name} on ${host.name} (${storage.path}) was written to while it was read`,
    });
  }
}
