import type { World } from '../world/state.js';

function pairs(left: string, right: string): readonly string[] {
  return [`${left}>${right}`, `${right}>${left}`];
}

/** True when packets pass between two places in both directions, and both are switched on. */
export function canReach(world: World, from: string, to: string): boolean {
  const off = [from, to].some((name) => world.machines.get(name)?.power === 'off');
  return !off && (from === to || pairs(from, to).every((pair) => !world.network.cut.has(pair)));
}

/** Packets between two places vanish from now on. */
export function cutLink(world: World, left: string, right: string): void {
  for (const pair of pairs(left, right)) world.network.cut.add(pair);
  tell(world);
}

/** Packets pass again. */
export function healLink(world: World, left: string, right: string): void {
  for (const pair of pairs(left, right)) world.network.cut.delete(pair);
  tell(world);
}

/** Packets pass again after some time. */
export function healLinkLater(world: World, left: string, right: string, delayMs: number): void {
  const { clock, network } = world;
  const event = { left, right, atMs: clock.elapsedMs() + delayMs };
  network.returns.push(event);
  clock.scheduleBackground(delayMs, () => {
    network.returns.splice(network.returns.indexOf(event), 1);
    healLink(world, left, right);
  });
}

function tell(world: World): void {
  for (const watcher of [...world.network.watchers]) watcher();
}

/** A watch on one link. */
export interface LinkWatch {
  /** Resolves when the link has been silent for the time given without a break. */
  readonly silent: Promise<void>;
  /** Ends the watch. */
  stop(): void;
}

/**
 * Watches a link as a keep-alive does: it takes a silence of `patienceMs` to call it dead; a link
 * that comes back in time is as if nothing had been.
 *
 * @param patience - `theirs`: somebody else's process waits, and time does not pass for its sake
 */
export function watchLink(
  world: World,
  from: string,
  to: string,
  patienceMs: number,
  patience: 'ours' | 'theirs' = 'ours',
): LinkWatch {
  let cancel: (() => void) | undefined;
  let report: () => void = () => undefined;
  const silent = new Promise<void>((resolve) => {
    report = resolve;
  });
  const look = (): void => {
    const up = canReach(world, from, to);
    if (up) {
      cancel?.();
      cancel = undefined;
    } else {
      cancel ??=
        patience === 'ours'
          ? world.clock.schedule(patienceMs, report)
          : world.clock.scheduleBackground(patienceMs, report);
    }
  };
  world.network.watchers.add(look);
  look();
  return {
    silent,
    stop: () => {
      world.network.watchers.delete(look);
      cancel?.();
    },
  };
}

/** Resolves as soon as packets pass between two places. */
export function whenReachable(world: World, from: string, to: string): LinkReturn {
  let stop: () => void = () => undefined;
  const reachable = new Promise<void>((resolve) => {
    const look = (): void => {
      if (!canReach(world, from, to)) return;
      stop();
      resolve();
    };
    stop = () => {
      world.network.watchers.delete(look);
    };
    world.network.watchers.add(look);
    look();
  });
  return {
    reachable,
    stop: () => {
      stop();
    },
  };
}

/** A wait for a link to come back. */
export interface LinkReturn {
  readonly reachable: Promise<void>;
  stop(): void;
}
