import type { GuestName, HostName } from '../model/index.js';
import { type ReleaseTimerKind, type Step, stopsGuest } from './step.js';

/** What takes a step back. Every one of them is fine with finding nothing to take back. */
export type Undo =
  | { readonly kind: 'remove-rule'; readonly path: string }
  | {
      readonly kind: 'remove-snapshot';
      readonly volumeGroup: string;
      readonly origin: string;
      readonly name: string;
      readonly tags: readonly string[];
    }
  | { readonly kind: 'detach-image'; readonly mountPoint: string }
  | { readonly kind: 'remove-map'; readonly name: string; readonly uuid: string }
  | { readonly kind: 'remove-partition-maps'; readonly device: string }
  | { readonly kind: 'remove-mount-points'; readonly base: string }
  | { readonly kind: 'unmount'; readonly mountPoint: string }
  | { readonly kind: 'disarm-release'; readonly name: string; readonly timer: ReleaseTimerKind }
  /** Lets the guest go on, if it is still stopped by us. */
  | { readonly kind: 'release-guest'; readonly name: string; readonly domain: GuestName }
  /** Another step's undo takes this effect with it. */
  | { readonly kind: 'nothing' };

/** An undo with the host it belongs to. */
export type PlacedUndo = Undo & { readonly host: HostName; readonly guest?: GuestName };

/**
 * The inverse of a step: total, pure, and the only place that knows how anything is closed.
 * Unwinding a run, and recovering a dead one from its journal, both use it.
 */
export function inverse(step: Step): Undo {
  switch (step.kind) {
    case 'install-rule':
      return { kind: 'remove-rule', path: step.path };
    case 'create-snapshot': {
      const { volumeGroup, origin, name, tags } = step;
      return { kind: 'remove-snapshot', volumeGroup, origin, name, tags };
    }
    case 'attach-image':
      return { kind: 'detach-image', mountPoint: step.mountPoint };
    case 'prove-rule':
    case 'create-map':
      return { kind: 'remove-map', name: step.name, uuid: step.uuid };
    case 'add-partition-maps':
      return { kind: 'remove-partition-maps', device: step.device };
    case 'prepare-mount-points':
      return { kind: 'remove-mount-points', base: step.base };
    case 'mount':
      return { kind: 'unmount', mountPoint: step.mountPoint };
    case 'arm-release':
      return { kind: 'disarm-release', name: step.name, timer: step.timer };
    case 'pause-guest':
    case 'freeze-guest':
      return { kind: 'release-guest', name: step.name, domain: step.guest };
    // The snapshot goes whatever its size.
    case 'extend-snapshot':
    case 'protect-mount-points':
      return { kind: 'nothing' };
  }
}

/**
 * Undos in the order in which they must be taken: the exact reverse of the steps, except that a
 * stopped guest goes on before anything else is done (removing a snapshot takes seconds).
 */
export function inverseAll(steps: readonly Step[]): readonly PlacedUndo[] {
  const reverse = steps.toReversed();
  const urgent = reverse.filter(stopsGuest);
  const others = reverse.filter((step) => !stopsGuest(step));
  return [...urgent, ...others].map((step) => ({
    ...inverse(step),
    host: step.host,
    ...(step.guest === undefined ? {} : { guest: step.guest }),
  }));
}
