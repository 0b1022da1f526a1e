import { HostPool } from '../../src/app/hosts/host-pool.js';
import { takeInventory } from '../../src/app/stages/inventory.js';
import { createHost } from '../../src/composition/host.js';
import { systemClock } from '../../src/composition/system-clock.js';
import { decideGuest, type GuestConfiguration } from '../../src/core/index.js';
import type { HostConnector } from '../../src/ports/index.js';
import { cannedRunner } from './canned-runner.js';

const guestCount = 1_000;
const hostCount = 50;
const copies = 3;

const hostNames = Array.from({ length: hostCount }, (_, index) => `dom0-${index + 1}`);

/** Guest N runs on its first host and is shut off on the two behind it. */
const guests = Array.from(
  { length: guestCount },
  (_, index): GuestConfiguration => ({
    name: `guest-${String(index + 1).padStart(4, '0')}`,
    hosts: Array.from(
      { length: copies },
      (__, copy) => hostNames[(index + copy) % hostCount] ?? '',
    ),
    snapshotSize: { kind: 'percent-of-origin', percent: 20 },
    snapshotMaxSize: { kind: 'percent-of-origin', percent: 100 },
    thinPoolLimitPercent: 90,
    withoutSnapshot: [],
    exclude: ['/tmp/*'],
    consistency: 'none',
    pauseLimitMs: 30_000,
    maxDeletes: { sharePercent: 30, count: 100_000 },
    bandwidthLimitKiBPerSecond: 0,
    ioClass: 'idle',
    stallTimeoutMs: 600_000,
    maxDurationMs: 0,
  }),
);

/** `virsh list --all` of a host, in virsh's own format. */
function domainTable(host: string): string {
  const rows = guests
    .filter(({ hosts }) => hosts.includes(host))
    .map(({ name, hosts }, index) =>
      hosts[0] === host
        ? ` ${String(index + 1).padEnd(4)} ${name}   running`
        : ` -    ${name}   shut off`,
    );
  const head = ` Id   Name         State\n-----------------------------`;
  return `${head}\n 0    Domain-0     running\n${rows.join('\n')}\n\n`;
}

function connector(): HostConnector {
  const tables = new Map(hostNames.map((name) => [name, domainTable(name)]));
  return {
    actingHost: () => Promise.resolve(undefined),
    connect: async (name) =>
      createHost({
        name,
        runner: cannedRunner((argv) =>
          argv[0] === 'cat' ? identity(name) : (tables.get(name) ?? ''),
        ),
        peer: { address: name, elevation: 'none' },
        clock: systemClock,
        libvirtUri: 'xen:///system',
        close: () => Promise.resolve(),
      }),
  };
}

function identity(host: string): string {
  const number = String(hostNames.indexOf(host)).padStart(12, '0');
  return `00000000-0000-4000-8000-${number}\n${host}\n`;
}

/** Milliseconds of processor time that inventory and decisions took. */
export async function benchInventory(): Promise<number> {
  const hosts = connector();
  const before = process.cpuUsage();
  const pool = new HostPool(hosts);
  const inventories = await takeInventory(pool, guests, undefined);
  const decisions = guests.map((guest) => decideGuest(guest, inventories));
  await pool.close();
  const { user, system } = process.cpuUsage(before);
  const replicated = decisions.filter(({ kind }) => kind === 'replicate').length;
  if (replicated !== guestCount) throw new Error(`only ${replicated} guests are to be replicated`);
  return (user + system) / 1_000;
}
