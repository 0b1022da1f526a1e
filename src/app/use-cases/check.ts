import {
  type CheckReport,
  decideGuest,
  type Finding,
  type GuestConfiguration,
  type GuestName,
  type GuestPlan,
  type HostInventory,
  type HostName,
  judgeMachines,
  judgePlan,
  judgeTools,
  type Machine,
  neededTools,
  timerTools,
  together,
  uncoveredGuests,
} from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import { HostPool, type IdentifiedHost } from '../hosts/host-pool.js';
import { takeInventory } from '../stages/inventory.js';
import { attempt } from './check-attempt.js';
import { qcow2Images } from './check-images.js';
import { leftovers } from './check-leftovers.js';
import { checkPair } from './check-pair.js';
import { quietly } from './check-quietly.js';
import { activeVolumes } from './check-volumes.js';
import { runReplication } from './run.js';

/**
 * Checks every precondition on every host. What a run opens is opened and closed, read-only on
 * targets; nothing else is touched.
 *
 * @param guests - all configured guests when empty.
 * @throws `guest-unknown`.
 */
export async function checkAll(
  context: RunContext,
  guests: readonly GuestName[],
): Promise<CheckReport> {
  const startMs = context.clock.elapsedMs();
  const check = new Check(context);
  // First of all, because a plan would clean it up.
  await check.hosts();
  const { report, plans } = await runReplication(quietly(context), { mode: 'plan', guests });
  const selected = context.configuration.guests.filter(({ name }) =>
    report.guests.some(({ guest }) => guest === name),
  );
  const guestFindings = report.guests.flatMap(judgePlan);
  const paths = await check.guests(selected, plans);
  const findings = [...check.findings, ...guestFindings, ...paths];
  return {
    v: 1,
    runId: context.runId,
    command: 'check',
    exitCode: findings.some(({ level }) => level === 'FAIL') ? 4 : 0,
    durationMs: context.clock.elapsedMs() - startMs,
    findings,
  };
}

class Check {
  readonly #context: RunContext;
  readonly findings: Finding[] = [];

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** Everything that concerns hosts whatever their guests. */
  async hosts(): Promise<void> {
    const { configuration, connector } = this.#context;
    const acting = await connector.actingHost();
    await this.#withPool(async (pool) => {
      const names = configuration.hosts.map(({ name }) => name);
      const each = await together(names.map((name) => this.#host(pool, name)));
      this.findings.push(...each.flat(), ...judgeMachines(await this.#machines(pool, names)));
    });
    if (acting !== undefined) {
      const message = `xen-backup runs on ${acting} and acts on the guests it runs`;
      this.findings.push({ level: 'OK', subject: 'host-identity', host: acting, message });
    }
  }

  /** What concerns the guests that would be replicated: the way of the data, and their standbys. */
  async guests(
    guests: readonly GuestConfiguration[],
    plans: readonly GuestPlan[],
  ): Promise<readonly Finding[]> {
    const actingHost = await this.#context.connector.actingHost();
    return this.#withPool(async (pool) => {
      const acting = actingHost === undefined ? undefined : { host: actingHost, isSource: false };
      const inventories = await takeInventory(pool, guests, acting);
      const options = actingHost === undefined ? {} : { actingHost };
      const decided = guests.map((guest) => ({
        guest,
        decision: decideGuest(guest, inventories, options),
      }));
      const findings: Finding[] = [];
      for (const { guest, decision } of decided) {
        if (decision.kind !== 'replicate') continue;
        for (const target of decision.targets) {
          findings.push(...(await checkPair(pool, guest.name, decision.source, target)));
        }
      }
      const atRest = decided.filter(({ decision }) => decision.kind === 'skip');
      findings.push(
        ...(await qcow2Images(
          pool,
          atRest.map(({ guest }) => guest),
          inventories,
        )),
      );
      findings.push(...(await this.#activeGroups(pool, inventories, plans)));
      findings.push(...(await activeVolumes(pool, inventories)));
      findings.push(...uncoveredGuests(inventories, this.#context.configuration.guests));
      return findings;
    });
  }

  async #withPool<T>(work: (pool: HostPool) => Promise<T>): Promise<T> {
    const pool = new HostPool(this.#context.connector);
    try {
      return await work(pool);
    } finally {
      // What survives has been told by whoever waited for it.
      await pool.close();
    }
  }

  async #host(pool: HostPool, name: HostName): Promise<readonly Finding[]> {
    return attempt({ subject: 'connection', host: name }, async () => {
      const identified = await pool.get(name);
      const { host, identity } = identified;
      const answers = `${name} answers (${identity.nodeName})`;
      return [
        { level: 'OK', subject: 'connection', host: name, message: answers },
        ...judgeTools(name, await host.tools.inspect(await this.#toolsOf(host))),
        ...(await this.#hypervisor(identified)),
        ...(await leftovers(host, this.#context.configuration.stateDirectory)),
      ];
    });
  }

  /** Only where guests are paused or frozen a timer releases them. */
  async #toolsOf({ name, holds }: Host): Promise<readonly string[]> {
    const { guests } = this.#context.configuration;
    const isPausing = guests.some(
      ({ consistency, hosts }) => consistency !== 'none' && hosts.includes(name),
    );
    return isPausing ? [...neededTools, ...timerTools[await holds.timerKind()]] : neededTools;
  }

  /** Of the hosts that answer; why the others do not is a finding already. */
  async #machines(pool: HostPool, names: readonly HostName[]): Promise<readonly Machine[]> {
    const settled = await Promise.allSettled(names.map((name) => pool.get(name)));
    return settled.flatMap((result) =>
      result.status === 'fulfilled'
        ? [{ host: result.value.host.name, machineId: result.value.identity.machineId }]
        : [],
    );
  }

  #hypervisor({ host }: IdentifiedHost): Promise<readonly Finding[]> {
    return attempt({ subject: 'hypervisor', host: host.name }, async () => {
      const domains = await host.hypervisor.listDomains();
      const message = `libvirt on ${host.name} answers and knows ${String(domains.length)} guests`;
      return [{ level: 'OK', subject: 'hypervisor', host: host.name, message }];
    });
  }

  /** Seen with the guests' disks closed: whoever activated it, not we, and it must not be. */
  async #activeGroups(
    pool: HostPool,
    inventories: ReadonlyMap<HostName, HostInventory>,
    plans: readonly GuestPlan[],
  ): Promise<readonly Finding[]> {
    const uuids = new Map(
      plans.flatMap((plan) =>
        plan.tree.volumeGroups.map(({ group }) => [group.uuid, plan.guest] as const),
      ),
    );
    const known = [...inventories.values()].filter(({ kind }) => kind === 'known');
    const each = await together(
      known.map(({ host: name }) =>
        attempt({ subject: 'auto-activation', host: name }, async () => {
          const { host } = await pool.get(name);
          const { volumeGroups } = await host.volumes.inventory();
          return volumeGroups
            .filter(({ uuid }) => uuids.has(uuid))
            .map(
              (group): Finding => ({
                level: 'FAIL',
                subject: 'auto-activation',
                host: name,
                guest: uuids.get(group.uuid) ?? '',
                message: `${name} sees the guest's own volume group ${group.name}: something maps the guest's disks`,
                remedy: `Find out what mapped it (kpartx -l, dmsetup ls --tree); vgchange -an ${group.name}, then remove the maps.`,
              }),
            );
        }),
      ),
    );
    return each.flat();
  }
}
