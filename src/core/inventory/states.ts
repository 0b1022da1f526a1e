import type { DomainState } from '../model/index.js';

/** What a domain's state means for its replication from that host. */
export type StateMeaning =
  | { readonly kind: 'replicate' }
  | { readonly kind: 'skip'; readonly reason: string };

/** The one table of libvirt's states. */
const meanings: Readonly<Record<DomainState, StateMeaning>> = {
  running: { kind: 'replicate' },
  idle: { kind: 'replicate' },
  'no state': { kind: 'replicate' },
  paused: { kind: 'skip', reason: 'it is paused' },
  'in shutdown': { kind: 'skip', reason: 'it is shutting down' },
  'shut off': { kind: 'skip', reason: 'it is shut off' },
  crashed: { kind: 'skip', reason: 'it has crashed' },
  dying: { kind: 'skip', reason: 'it is dying' },
  pmsuspended: { kind: 'skip', reason: 'it is suspended by its own power management' },
};

export function stateMeaning(state: DomainState): StateMeaning {
  return meanings[state];
}

/**
 * True when the domain holds its disks, or may at any moment: nothing may write to them then.
 * Only `shut off` is at rest; a crashed domain may be kept in memory with its disks attached.
 */
export function holdsItsDisks(state: DomainState): boolean {
  return state !== 'shut off';
}
