import {
  type DeviceTree,
  disksOnTarget,
  formatSizesApart,
  type GuestConfiguration,
  holdsItsDisks,
  type Side,
  storageBytes,
  storageName,
  XenBackupError,
  together,
} from '../../core/index.js';
import type { Clock } from '../../ports/index.js';
import type { HostSession } from '../hosts/host-session.js';
import { compareStarts } from '../stages/compare-starts.js';
import { type DiskVolume, findVolumes, onVolumes } from '../stages/open-disks.js';
import { attachImages } from '../stages/plain-disks.js';
import { poolsOf, requirePoolRoom } from '../stages/thin-pools.js';
import { openTree } from '../stages/open-tree.js';
import { requireFree } from '../standby/require-free.js';
import type { StandbyState } from '../standby/standby-state.js';
import type { StepStack } from '../steps/index.js';
import { conflictError, foundBy, type SourceDisks, type Surveyed } from './open-source.js';

/** The standby's devices on a target, open under our names. */
export interface OpenTarget {
  readonly session: HostSession;
  /** The disks themselves, to be flushed at the end. */
  readonly volumes: readonly DiskVolume[];
  readonly tree: DeviceTree;
}

/** What the standby is compared with; its tree comes when the source is open. */
export interface ExpectedSource {
  readonly found: SourceDisks;
  readonly tree: Promise<DeviceTree>;
}

/**
 * Opens the standby's disks on a target, level by level, while the source is being opened, and
 * stops at the first difference from it. Before the first map it is made sure, under the lock, that nobody uses them, nor has
 * used them since the last replication.
 *
 * @throws `standby-in-use`, `standby-used`, `layout-drift`, `volume-not-found`, and what ports throw.
 */
export async function openTarget(
  session: HostSession,
  stack: StepStack,
  guest: GuestConfiguration,
  side: Side,
  source: ExpectedSource,
  { clock, state, survey }: { readonly clock: Clock; readonly state: StandbyState } & Surveyed,
): Promise<OpenTarget> {
  const { host } = session;
  const [, definition, inventory] = await together([
    requireAtRest(session, guest),
    host.hypervisor.readDefinition(guest.name),
    host.volumes.inventory(),
  ]);
  const selection = disksOnTarget(source.found.disks, definition, session.name);
  if (selection.kind === 'conflict') throw conflictError(selection.conflict, session.name);
  const volumes = await findVolumes(session, selection.disks, inventory);
  for (const disk of volumes) requireUsable(session, disk, source.found);
  await requirePoolRoom(host, guest, poolsOf(onVolumes(volumes).map(({ volume }) => volume)));
  for (const disk of volumes) await requireFree(session, clock, guest.name, disk);
  await state.requireUnused({ host, volumes });
  const opened = await openTree({
    session,
    stack,
    guest: guest.name,
    depth: guest.mode === 'blocks' ? 'disks' : 'everything',
    side,
    volumes: await attachImages(session, stack, guest.name, volumes, side.devices),
    expected: source.tree,
    ...foundBy(survey, session),
  });
  if (opened.kind === 'conflict') throw conflictError(opened.conflict, session.name);
  const { origins, session: from } = source.found;
  const apart = await compareStarts(
    { host: from.host, volumes: origins, tree: await source.tree },
    { host, volumes, tree: opened.tree },
  );
  if (apart !== undefined) throw conflictError(apart, session.name);
  return { session, volumes, tree: opened.tree };
}

/** @throws `standby-in-use` unless the domain is shut off or unknown there. */
export async function requireAtRest(
  session: HostSession,
  guest: GuestConfiguration,
): Promise<void> {
  const state = await session.host.hypervisor.domainState(guest.name);
  if (state === undefined || !holdsItsDisks(state)) return;
  throw new XenBackupError('standby-in-use', {
    message: `the standby of ${guest.name} on ${session.name} is ${state}`,
  });
}

function requireUsable(
  session: HostSession,
  { target, storage }: DiskVolume,
  source: SourceDisks,
): void {
  if (storage.kind === 'volume' && !storage.volume.active) {
    const name = storageName(storage);
    throw new XenBackupError('volume-not-found', {
      message: `${name} (disk ${target}) on ${session.name} is not active`,
      remedy: `Activate it: lvchange -ay ${name}`,
    });
  }
  const origin = source.origins.find((candidate) => candidate.target === target);
  if (origin === undefined || storageBytes(origin.storage) === storageBytes(storage)) return;
  const [left, right] = formatSizesApart(storageBytes(origin.storage), storageBytes(storage));
  throw new XenBackupError('layout-drift', {
    message: `disk ${target} is ${left} on ${source.session.name} and ${right} on ${session.name}`,
  });
}
