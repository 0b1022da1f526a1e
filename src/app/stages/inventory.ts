import {
  type DomainState,
  type GuestConfiguration,
  type GuestName,
  type HostInventory,
  type HostName,
  stateMeaning,
  together,
  toXenBackupError,
} from '../../core/index.js';
import type { HostPool } from '../hosts/host-pool.js';

/** The configured host that xen-backup runs on. */
export interface ActingHost {
  readonly host: HostName;
  /** Named with `--from`: it also serves guests that are shut off. */
  readonly isSource: boolean;
}

/** Guests that living runs have paused for their snapshots, by host. */
export type HeldGuests = ReadonlyMap<HostName, ReadonlySet<GuestName>>;

/**
 * Stage 1: asks every host once which domains it has. Opens nothing. A host that does not answer
 * is an `unknown`, never one without guests.
 *
 * @param acting - when set, only this host and the partners of the guests it serves are asked.
 * @param held - guests that count as running where they are paused. Default: none.
 */
export async function takeInventory(
  pool: HostPool,
  guests: readonly GuestConfiguration[],
  acting: ActingHost | undefined,
  held: HeldGuests = new Map(),
): Promise<ReadonlyMap<HostName, HostInventory>> {
  if (acting === undefined) return askAll(pool, hostsOf(guests), held);
  const { host: actingHost, isSource } = acting;
  const own = await askHost(pool, actingHost, held);
  const here = guests.filter(({ name, hosts }) => {
    const state = own.kind === 'known' ? own.domains.get(name) : undefined;
    return hosts.includes(actingHost) && (isSource || isReplicated(state));
  });
  const partners = hostsOf(here).filter((host) => host !== actingHost);
  return new Map([[actingHost, own], ...(await askAll(pool, partners, held))]);
}

function isReplicated(state: DomainState | undefined): boolean {
  return state !== undefined && stateMeaning(state).kind === 'replicate';
}

function hostsOf(guests: readonly GuestConfiguration[]): readonly HostName[] {
  return [...new Set(guests.flatMap(({ hosts }) => hosts))];
}

async function askAll(
  pool: HostPool,
  hosts: readonly HostName[],
  held: HeldGuests,
): Promise<ReadonlyMap<HostName, HostInventory>> {
  const answers = await together(hosts.map((host) => askHost(pool, host, held)));
  return new Map(answers.map((answer) => [answer.host, answer]));
}

async function askHost(pool: HostPool, name: HostName, held: HeldGuests): Promise<HostInventory> {
  try {
    const { host } = await pool.get(name);
    const domains = await host.hypervisor.listDomains();
    return {
      kind: 'known',
      host: name,
      domains: new Map(
        domains.map((domain) => [
          domain.name,
          domain.state === 'paused' && held.get(name)?.has(domain.name) === true
            ? 'running'
            : domain.state,
        ]),
      ),
    };
  } catch (error) {
    const { code, message, remedy } = toXenBackupError(error);
    return { kind: 'unknown', host: name, code, reason: message, remedy };
  }
}
