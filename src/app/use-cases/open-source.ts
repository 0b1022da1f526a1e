import {
  type Conflict,
  type DeviceTree,
  type DomainDefinition,
  findMisplacedChoice,
  findUnsupported,
  type GuestConfiguration,
  type GuestDisk,
  holdsItsDisks,
  type MountPlan,
  selectDisks,
  type Side,
  sourceSide,
  stateMeaning,
  type VolumeInventory,
  XenBackupError,
  together,
} from '../../core/index.js';
import type { EventSink } from '../../ports/index.js';
import type { HostSession } from '../hosts/host-session.js';
import { type MountedTree, mountSource } from '../stages/mount-trees.js';
import {
  type DiskDevice,
  type DiskVolume,
  findVolumes,
  onVolumes,
  type SnapshotsRequest,
  type TakenSnapshot,
  takeSnapshots,
} from '../stages/open-disks.js';
import { openTree, type OpenTreeRequest } from '../stages/open-tree.js';
import {
  attachImages,
  judgeStorage,
  type PlainDisk,
  plainDisks,
  sideOfPlain,
} from '../stages/plain-disks.js';
import { poolsOf, requirePoolRoom } from '../stages/thin-pools.js';
import type { WatchedFill } from '../stages/watch-snapshots.js';
import type { StepStack } from '../steps/index.js';
import type { GuestSurvey } from './survey.js';

/** What is known of the source before anything of it is opened: targets need no more to begin. */
export interface SourceDisks {
  readonly session: HostSession;
  readonly definition: DomainDefinition;
  readonly disks: readonly GuestDisk[];
  /** The origins, for comparison of sizes; nothing ever writes to them. */
  readonly origins: readonly DiskVolume[];
  readonly inventory: VolumeInventory;
  /** Those of the origins that are read as they are. */
  readonly plain: readonly PlainDisk[];
}

/** The guest's devices on the host that runs it, open through snapshots. */
export interface OpenSource extends SourceDisks {
  readonly snapshots: readonly TakenSnapshot[];
  /** How devices of disks without a snapshot are opened, by path. */
  readonly sides: ReadonlyMap<string, Side>;
  readonly tree: DeviceTree;
}

export interface MountedSource {
  readonly mounted: MountedTree;
  readonly plan: MountPlan;
}

/** A source that is being opened, while its targets are. */
export interface OpeningSource {
  readonly source: Promise<OpenSource>;
  /** Of the source, for comparison. */
  readonly tree: Promise<DeviceTree>;
  readonly mounted: Promise<MountedSource>;
  /** Aborts when the snapshots can no longer be read to the end. */
  readonly unreadable: AbortSignal;
  /** What opening failed with, once it has. */
  readonly failure: () => unknown;
  /**
   * Ends the watch over the snapshots.
   *
   * @param end - whether everything was read, for at least one target
   */
  stop(end: 'completed' | 'cut-off'): Promise<WatchedFill>;
}

/**
 * Finds the source's disks. The guest's state is asked again, because now the lock is held.
 *
 * @throws `guest-state-changed`, `domain-not-found`, `disk-unsupported`, `volume-not-found`, and what
 * ports throw.
 */
export async function findSourceDisks(
  session: HostSession,
  guest: GuestConfiguration,
  expectsRunning: 'running' | 'shut-off',
): Promise<SourceDisks> {
  const { host } = session;
  const [state, definition, inventory] = await together([
    host.hypervisor.domainState(guest.name),
    host.hypervisor.readDefinition(guest.name),
    host.volumes.inventory(),
  ]);
  const isAsExpected =
    expectsRunning === 'running'
      ? state !== undefined && stateMeaning(state).kind === 'replicate'
      : state === undefined || !holdsItsDisks(state);
  if (!isAsExpected) {
    throw new XenBackupError('guest-state-changed', {
      message: `${guest.name} on ${session.name} is ${state ?? 'gone'} since the run began`,
    });
  }
  if (definition === undefined) {
    throw new XenBackupError('domain-not-found', {
      message: `${session.name} has no definition of ${guest.name}`,
    });
  }
  const selection = selectDisks(definition);
  if (selection.kind === 'conflict') throw conflictError(selection.conflict, session.name);
  const found = await findVolumes(session, selection.disks, inventory);
  const origins = await judgeStorage(session, guest, found, expectsRunning);
  const plain = plainDisks(origins, expectsRunning);
  return { session, definition, disks: selection.disks, origins, inventory, plain };
}

/**
 * Opens the source: snapshots of all disks, then their tree.
 *
 * @throws `content-unsupported`, and what ports throw.
 */
export async function openSource(
  found: SourceDisks,
  stack: StepStack,
  guest: GuestConfiguration,
  { survey, ...window }: Pick<SnapshotsRequest, 'window'> & Surveyed = {},
): Promise<OpenSource> {
  const { session, origins, inventory } = found;
  const volumes = onVolumes(origins);
  await requirePoolRoom(session.host, guest, poolsOf(volumes.map(({ volume }) => volume)));
  const taken = await takeSnapshots({ session, stack, guest, ...window }, volumes, inventory);
  const plain = await openPlain(found, stack, guest);
  const sides = new Map<string, Side>();
  const opened = await openTree({
    session,
    stack,
    guest: guest.name,
    depth: guest.mode === 'blocks' ? 'disks' : 'everything',
    side: sourceSide,
    sides,
    volumes: origins.flatMap(({ target }) =>
      [...taken, ...plain].filter((device) => device.target === target),
    ),
    ...foundBy(survey, session),
  });
  if (opened.kind === 'conflict') throw conflictError(opened.conflict, session.name);
  const refused = findUnsupported(opened.tree, guest);
  if (refused !== undefined) throw conflictError(refused, session.name);
  const snapshots = taken.map(({ snapshot }) => snapshot);
  return { ...found, snapshots, sides, tree: opened.tree };
}

async function openPlain(
  { session, plain }: SourceDisks,
  stack: StepStack,
  guest: GuestConfiguration,
): Promise<readonly DiskDevice[]> {
  const devices = await attachImages(session, stack, guest.name, plain, 'read-only');
  return devices.map((device) => {
    const disk = plain.find(({ target }) => target === device.target);
    return disk === undefined ? device : { ...device, side: sideOfPlain(disk) };
  });
}

/** Mounts the source in the guest's own order, and announces both. */
export async function mountOpenSource(
  source: OpenSource,
  stack: StepStack,
  guest: GuestConfiguration,
  { events, survey }: { readonly events: EventSink } & Surveyed,
): Promise<MountedSource> {
  const { session, tree, definition } = source;
  const mountedSource = await mountSource(
    { session, stack, guest: guest.name, side: sourceSide, tree, sides: source.sides },
    definition.kernelCommandLine,
    guest,
  );
  const { plan: mounts } = mountedSource;
  const misplaced = findMisplacedChoice(tree, mounts, guest);
  if (misplaced !== undefined) throw conflictError(misplaced, session.name);
  survey?.learnFstab(mountedSource.fstab);
  events.emit({ type: 'source-opened', guest: guest.name, host: session.name, tree, mounts });
  return mountedSource;
}

/** Whoever keeps what is learned; usually nobody. */
export interface Surveyed {
  readonly survey?: Pick<GuestSurvey, 'learnTree' | 'learnFstab'> | undefined;
}

/** Has a tree looked at to its end, and told to the survey. */
export function foundBy(
  survey: Surveyed['survey'],
  session: HostSession,
): Pick<OpenTreeRequest, 'onFound'> {
  if (survey === undefined) return {};
  return {
    onFound: (tree) => {
      survey.learnTree(session, tree);
    },
  };
}

/** A conflict as the error that ends a guest's or a target's part of the run. */
export function conflictError(conflict: Conflict, host: string): XenBackupError {
  return new XenBackupError(conflict.kind, {
    message: `${host}: ${conflict.message}`,
    remedy: conflict.remedy,
    details: { position: conflict.position },
  });
}
