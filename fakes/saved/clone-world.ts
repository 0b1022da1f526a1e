import { XenBackupError } from '../../src/core/errors/index.js';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { healLinkLater } from '../network/links.js';
import { createWorld } from '../world/create.js';
import type { World } from '../world/state.js';
import { placeMachine, stateOf } from './machine-state.js';

/**
 * A second world that stands as this one does, in memory: file systems are shared until either side
 * changes them, everything else is copied. Clones of one world are alike to the last identifier, so
 * the same commands have the same outcome in each.
 *
 * @throws XenBackupError `internal` for a world in which something is under way: a process cannot
 * be had twice.
 */
export function cloneWorld(world: World): World {
  requireRest(world);
  const { clock, identifiers, network } = world;
  const elapsedMs = clock.elapsedMs();
  const clone = createWorld({
    seed: '',
    startMs: clock.now() - elapsedMs,
    saved: { elapsedMs, identifiers: identifiers.state() },
  });
  clone.writeSequence = world.writeSequence;
  clone.violations.push(...world.violations);
  for (const [name, machine] of world.machines) {
    const state: unknown = copyState(stateOf(machine), new Map());
    if (typeof state === 'object' && state !== null) placeMachine(clone, name, state);
  }
  for (const pair of network.cut) clone.network.cut.add(pair);
  for (const { left, right, atMs } of network.returns) {
    healLinkLater(clone, left, right, atMs - elapsedMs);
  }
  return clone;
}

function requireRest(world: World): void {
  for (const { name, processes, udev } of world.machines.values()) {
    if (processes.size === 0 && udev.queue.length === 0) continue;
    throw new XenBackupError('internal', { message: `${name} is not at rest` });
  }
}

/** A deep copy. What is referred to from several places is one thing in the copy as well. */
function copyState(value: unknown, known: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const copied = known.get(value);
  if (copied !== undefined) return copied;
  const remember = <T>(copy: T): T => {
    known.set(value, copy);
    return copy;
  };
  if (value instanceof SimulatedFileSystem) return remember(value.fork());
  if (value instanceof Map) {
    const original: ReadonlyMap<unknown, unknown> = value;
    const copy = remember(new Map<unknown, unknown>());
    for (const [key, item] of original) copy.set(copyState(key, known), copyState(item, known));
    return copy;
  }
  if (value instanceof Set) {
    const original: ReadonlySet<unknown> = value;
    const copy = remember(new Set<unknown>());
    for (const item of original) copy.add(copyState(item, known));
    return copy;
  }
  if (Array.isArray(value)) {
    const copy = remember<unknown[]>([]);
    for (const item of value) copy.push(copyState(item, known));
    return copy;
  }
  const copy = remember<Record<string, unknown>>({});
  for (const [key, item] of Object.entries(value)) copy[key] = copyState(item, known);
  return copy;
}
