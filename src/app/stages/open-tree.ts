import {
  buildTree,
  type Conflict,
  type DeviceTree,
  type DiscoveryAction,
  type DiscoveryDepth,
  type GuestName,
  nextDiscovery,
  noObservations,
  type Observation,
  type Observations,
  type Side,
  type Step,
  type StepSegment,
  together,
  withObservations,
  XenBackupError,
} from '../../core/index.js';
import type { HostSession } from '../hosts/host-session.js';
import type { StepEffect, StepStack } from '../steps/index.js';
import { type DiskDevice, wrapperStep } from './open-disks.js';

export interface OpenTreeRequest {
  readonly session: HostSession;
  readonly stack: StepStack;
  readonly guest: GuestName;
  readonly side: Side;
  /** The devices to look into: on the source the snapshots, on a target the disks themselves. */
  readonly volumes: readonly DiskDevice[];
  /** Filled with the devices that are opened in another way than the rest, by their paths. */
  readonly sides?: Map<string, Side>;
  /**
   * The source's tree, for a target. It may still be growing when the target is opened: what is
   * found is compared from the moment it is there, and nothing is returned before.
   */
  readonly expected?: Promise<DeviceTree>;
  /** How far to look. Default `everything`. */
  readonly depth?: DiscoveryDepth;
  /**
   * Told of the tree in the end, also behind a conflict: what the conflict left unseen is looked
   * at then, as far as it can be. Without it a conflict is the end.
   */
  readonly onFound?: (tree: DeviceTree) => void;
}

export type OpenedTree =
  | { readonly kind: 'tree'; readonly tree: DeviceTree }
  | { readonly kind: 'conflict'; readonly conflict: Conflict };

/**
 * Drives the discovery machine: carries out each turn's actions, as far as they are steps in one
 * journal append, and feeds back what was seen.
 */
export async function openTree(request: OpenTreeRequest): Promise<OpenedTree> {
  const disks = request.volumes.map(({ target }) => target);
  const expected = new Arriving(request.expected);
  let seen = noObservations;
  for (;;) {
    const tree = expected.now();
    const turn = nextDiscovery(
      { disks, ...depthOf(request), ...(tree === undefined ? {} : { expected: tree }) },
      seen,
    );
    if (turn.kind === 'act') seen = withObservations(seen, await carryOut(request, turn.actions));
    // What the target alone says is no verdict yet: the source's tree may explain it better.
    else if (request.expected === undefined || tree !== undefined) {
      if (request.onFound !== undefined) request.onFound(await lookToTheEnd(request, seen));
      return turn;
    } else await request.expected;
  }
}

function depthOf({ depth }: OpenTreeRequest): { readonly depth?: DiscoveryDepth } {
  return depth === undefined ? {} : { depth };
}

/** The whole tree of this host alone, or what of it can be opened. */
async function lookToTheEnd(request: OpenTreeRequest, before: Observations): Promise<DeviceTree> {
  const disks = request.volumes.map(({ target }) => target);
  let seen = before;
  for (;;) {
    const turn = nextDiscovery({ disks, ...depthOf(request) }, seen);
    if (turn.kind !== 'act') return buildTree(disks, seen);
    seen = withObservations(seen, await carryOut(request, turn.actions));
  }
}

/** A value that is on its way. */
class Arriving<T> {
  #value: T | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(coming: Promise<T> | undefined) {
    coming?.then(
      (value) => {
        this.#value = value;
      },
      (error: unknown) => {
        this.#failure = { error };
      },
    );
  }

  /** `undefined` as long as it has not come. @throws what it failed with. */
  now(): T | undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#value;
  }
}

async function carryOut(
  request: OpenTreeRequest,
  actions: readonly DiscoveryAction[],
): Promise<readonly Observation[]> {
  const placed = actions.map((action) => ({ action, step: stepFor(request, action) }));
  const stepping = placed.flatMap(({ action, step }) =>
    step === undefined ? [] : [{ action, step }],
  );
  const [effects, answers] = await together([
    stepping.length === 0
      ? Promise.resolve([])
      : request.stack.takeTogether(stepping.map(({ step }) => step)),
    together(actions.map((action) => look(request, action))),
  ]);
  stepping.forEach(({ action }, index) => {
    noteSides(request, action, effects[index]);
  });
  const made = stepping.flatMap(({ action }, index) => learn(action, effects[index]));
  return [...made, ...answers.flat()];
}

function stepFor(request: OpenTreeRequest, action: DiscoveryAction): Step | undefined {
  const { session, guest } = request;
  const side = sideOf(request, action);
  switch (action.kind) {
    case 'open-disk':
      return {
        ...wrapperStep(session, guest, deviceOf(request, action.target), side),
        position: action.target,
      };
    case 'map-partitions':
      return {
        kind: 'add-partition-maps',
        host: session.name,
        guest,
        position: action.position,
        device: action.device,
        access: side.devices,
      };
    case 'map-volume':
      return {
        kind: 'create-map',
        host: session.name,
        guest,
        position: action.position,
        ...session.nextObject(),
        access: side.devices,
        segments: action.segments,
      };
    case 'probe':
    case 'read-table':
    case 'read-volume-groups':
      return undefined;
  }
}

/** What lies on a disk that is opened in its own way is opened in that way. */
function sideOf({ sides, side, volumes }: OpenTreeRequest, action: DiscoveryAction): Side {
  const of = (device: string): readonly Side[] => {
    const own = sides?.get(device);
    return own === undefined ? [] : [own];
  };
  switch (action.kind) {
    case 'open-disk':
      return volumes.find(({ target }) => target === action.target)?.side ?? side;
    case 'map-partitions':
      return of(action.device)[0] ?? side;
    case 'map-volume':
      return action.segments.flatMap((segment) => devicesOf(segment).flatMap(of))[0] ?? side;
    case 'probe':
    case 'read-table':
    case 'read-volume-groups':
      return side;
  }
}

function devicesOf(segment: StepSegment): readonly string[] {
  if (segment.kind === 'linear') return [segment.device];
  return segment.kind === 'striped' ? segment.stripes.map(({ device }) => device) : [];
}

/** Remembers how what was made is opened. */
function noteSides(
  request: OpenTreeRequest,
  action: DiscoveryAction,
  effect: StepEffect | undefined,
): void {
  const side = sideOf(request, action);
  if (side === request.side) return;
  if (effect?.kind === 'map') request.sides?.set(effect.path, side);
  if (effect?.kind !== 'partition-maps') return;
  for (const { name } of effect.maps) request.sides?.set(`/dev/mapper/${name}`, side);
}

function deviceOf(request: OpenTreeRequest, target: string): DiskDevice {
  const found = request.volumes.find((candidate) => candidate.target === target);
  if (found === undefined) {
    throw new XenBackupError('internal', { message: `no device for disk ${target}` });
  }
  return found;
}

function learn(action: DiscoveryAction, effect: StepEffect | undefined): readonly Observation[] {
  if (effect?.kind === 'map') {
    const device = { path: effect.path, deviceNumber: effect.deviceNumber };
    if (action.kind === 'open-disk') return [{ kind: 'disk', target: action.target, device }];
    if (action.kind === 'map-volume')
      return [{ kind: 'volume', position: action.position, device }];
  }
  if (effect?.kind === 'partition-maps' && action.kind === 'map-partitions') {
    return [{ kind: 'partition-maps', position: action.position, maps: effect.maps }];
  }
  throw new XenBackupError('internal', { message: `${action.kind} had no effect` });
}

/** The read-only questions of a turn. */
async function look(
  { session: { host } }: OpenTreeRequest,
  action: DiscoveryAction,
): Promise<readonly Observation[]> {
  switch (action.kind) {
    case 'probe': {
      const [probed, sizeBytes] = await together([
        host.contents.probe(action.device),
        host.contents.sizeBytes(action.device),
      ]);
      return [{ kind: 'probe', position: action.position, probe: { ...probed, sizeBytes } }];
    }
    case 'read-table': {
      const table = await host.partitionTables.readTable(action.device);
      return [{ kind: 'table', position: action.position, table }];
    }
    case 'read-volume-groups': {
      const groups = await host.volumes.readGuestVolumeGroups(action.devices);
      return [{ kind: 'volume-groups', askedFor: action.positions, groups }];
    }
    case 'open-disk':
    case 'map-partitions':
    case 'map-volume':
      return [];
  }
}
