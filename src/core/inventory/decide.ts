import type { DomainState, GuestConfiguration, GuestName, HostName } from '../model/index.js';
import { holdsItsDisks, stateMeaning } from './states.js';

/** What one host says about its guests, or why it says nothing. */
export type HostInventory =
  | {
      readonly kind: 'known';
      readonly host: HostName;
      /** State by domain name. */
      readonly domains: ReadonlyMap<GuestName, DomainState>;
    }
  | {
      readonly kind: 'unknown';
      readonly host: HostName;
      readonly code: string;
      readonly reason: string;
      readonly remedy: string;
    };

export interface DecisionOptions {
  /** Set when xen-backup runs on one of the hosts: it then acts only on what that host runs. */
  readonly actingHost?: HostName;
  /** `--from HOST`: the source of a guest that is shut off everywhere. */
  readonly from?: HostName;
  /** `--target HOST...`; all other hosts of the guest when absent. */
  readonly targets?: readonly HostName[];
}

/** A target that cannot be served, known before anything is opened. */
export interface RefusedTarget {
  readonly host: HostName;
  readonly code: string;
  readonly reason: string;
  readonly remedy?: string;
}

export type GuestDecision =
  | {
      readonly kind: 'replicate';
      readonly source: HostName;
      readonly targets: readonly HostName[];
      readonly refused: readonly RefusedTarget[];
    }
  | { readonly kind: 'skip'; readonly reason: string }
  | {
      readonly kind: 'fail';
      readonly code: string;
      readonly reason: string;
      readonly remedy?: string;
    };

/**
 * Decides what becomes of one guest. Pure. Unreachable is never "not running", and a guest that
 * runs in two places is never copied in any direction.
 */
export function decideGuest(
  guest: GuestConfiguration,
  inventories: ReadonlyMap<HostName, HostInventory>,
  options: DecisionOptions = {},
): GuestDecision {
  const { actingHost } = options;
  if (actingHost !== undefined && !guest.hosts.includes(actingHost)) {
    return { kind: 'skip', reason: `${actingHost} is none of its hosts` };
  }
  if (actingHost !== undefined && options.from !== undefined && options.from !== actingHost) {
    const reason = `--from ${options.from} is to be given on ${options.from} itself, or on a machine that is none of the hosts`;
    return { kind: 'fail', code: 'usage-invalid', reason };
  }
  const places = guest.hosts.map((host) => ({ host, inventory: inventories.get(host) }));
  const active = places.filter(({ inventory }) => {
    const state = stateOn(inventory, guest.name);
    return state !== undefined && stateMeaning(state).kind === 'replicate';
  });
  const [first, second] = active;
  if (first !== undefined && second !== undefined) {
    return {
      kind: 'fail',
      code: 'guest-on-two-hosts',
      reason: `it runs on ${active.map(({ host }) => host).join(' and ')} at the same time`,
    };
  }
  const source = first?.host ?? idleSource(guest, inventories, options);
  if (source === undefined) return decideWithoutSource(guest, inventories, options);
  if (options.from !== undefined && source !== options.from) {
    const reason = `it runs on ${source}; --from ${options.from} is for a guest that is shut off everywhere`;
    return { kind: 'fail', code: 'usage-invalid', reason };
  }
  if (actingHost !== undefined && source !== actingHost) {
    return { kind: 'skip', reason: `it runs on ${source}` };
  }
  return withTargets(guest, source, inventories, options);
}

function stateOn(inventory: HostInventory | undefined, guest: GuestName): DomainState | undefined {
  return inventory?.kind === 'known' ? inventory.domains.get(guest) : undefined;
}

/** `--from` may name the source only while the guest is at rest on every one of its hosts. */
function idleSource(
  guest: GuestConfiguration,
  inventories: ReadonlyMap<HostName, HostInventory>,
  { from }: DecisionOptions,
): HostName | undefined {
  if (from === undefined || !guest.hosts.includes(from)) return undefined;
  const atRest = guest.hosts.every((host) => {
    const inventory = inventories.get(host);
    if (inventory?.kind !== 'known') return false;
    const state = inventory.domains.get(guest.name);
    return state === undefined || !holdsItsDisks(state);
  });
  return atRest ? from : undefined;
}

function decideWithoutSource(
  guest: GuestConfiguration,
  inventories: ReadonlyMap<HostName, HostInventory>,
  { actingHost, from }: DecisionOptions,
): GuestDecision {
  if (from !== undefined && !guest.hosts.includes(from)) {
    return { kind: 'fail', code: 'usage-invalid', reason: `${from} (--from) is none of its hosts` };
  }
  // With --from it counts what every host says; a host acting for itself answers for itself alone.
  const asked = actingHost === undefined || from !== undefined ? guest.hosts : [actingHost];
  for (const host of asked) {
    const inventory = inventories.get(host);
    if (inventory === undefined) return notAsked(host);
    if (inventory.kind === 'unknown') {
      const { code, remedy } = inventory;
      const reason = `where it runs could not be established: ${host}: ${inventory.reason}`;
      return { kind: 'fail', code, reason, remedy };
    }
  }
  const states = asked.flatMap((host) => {
    const state = stateOn(inventories.get(host), guest.name);
    return state === undefined ? [] : [{ host, state }];
  });
  const awake = states.find(({ state }) => state !== 'shut off') ?? states[0];
  if (awake === undefined) {
    const [only, second] = asked;
    const where =
      only !== undefined && second === undefined
        ? `${only} does not know it`
        : 'none of its hosts knows it';
    return { kind: 'skip', reason: where };
  }
  const meaning = stateMeaning(awake.state);
  const reason = meaning.kind === 'skip' ? meaning.reason : 'it is not running';
  return { kind: 'skip', reason: `${reason} on ${awake.host}` };
}

function notAsked(host: HostName): GuestDecision {
  const reason = `where it runs could not be established: ${host} was not asked`;
  return { kind: 'fail', code: 'host-unreachable', reason };
}

function withTargets(
  guest: GuestConfiguration,
  source: HostName,
  inventories: ReadonlyMap<HostName, HostInventory>,
  options: DecisionOptions,
): GuestDecision {
  const wanted = options.targets ?? guest.hosts;
  const candidates = guest.hosts.filter((host) => host !== source && wanted.includes(host));
  if (candidates.length === 0)
    return { kind: 'skip', reason: 'no other host is to keep a copy of it' };
  const refused = candidates.flatMap((host) =>
    refuseTarget(guest.name, host, inventories.get(host)),
  );
  const targets = candidates.filter((host) => !refused.some((target) => target.host === host));
  return { kind: 'replicate', source, targets, refused };
}

function refuseTarget(
  guest: GuestName,
  host: HostName,
  inventory: HostInventory | undefined,
): readonly RefusedTarget[] {
  if (inventory === undefined) {
    return [{ host, code: 'host-unreachable', reason: 'it was not asked' }];
  }
  if (inventory.kind === 'unknown') {
    const { code, reason, remedy } = inventory;
    return [{ host, code, reason, remedy }];
  }
  const state = inventory.domains.get(guest);
  if (state === undefined || !holdsItsDisks(state)) return [];
  return [{ host, code: 'standby-in-use', reason: `the standby is ${state} on ${host}` }];
}
