import { z } from 'zod';
import { parseOwnedName } from '../../src/core/model/index.js';
import type { GuestHolds, ReleaseOutcome } from '../../src/ports/index.js';
import { setFrozen } from '../domains/freeze.js';
import { resumeDomain, suspendDomain } from '../domains/operations.js';
import type { SimulatedDomain } from '../domains/types.js';
import { exists, listDirectory, removeFile } from '../filesystem/files.js';
import { readHoldFile, uptimeMs, writeHoldFile } from '../holds/hold-file.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { orPortError, portError } from './errors.js';
import { simulatedHostFiles } from './host-files.js';

const described = z.object({ guest: z.string(), timer: z.enum(['systemd', 'setsid']) });

/** Guests that stand still on a simulated machine, and the timers that let them go on. */
export function simulatedGuestHolds(machine: Machine): GuestHolds {
  const cancels = new Map<string, () => void>();
  const domainOf = (guest: string): SimulatedDomain => {
    if (!machine.hypervisor.running) {
      throw portError(machine, 'hypervisor-unreachable', 'libvirt does not answer');
    }
    const domain = machine.domains.get(guest);
    if (domain === undefined) throw portError(machine, 'domain-not-found', `no domain ${guest}`);
    return domain;
  };
  const release = (name: string, guest: string): ReleaseOutcome => {
    const file = fileOf(name);
    const held = readHoldFile(machine, file);
    if (held === undefined) return { kind: 'not-held' };
    const by = held.word === 'pause' || held.word === 'freeze' ? held.word : undefined;
    const outcome: ReleaseOutcome =
      by === undefined
        ? { kind: 'not-held' }
        : letGo(machine, domainOf(guest), by, uptimeMs(machine) - held.sinceMs);
    removeFile(machine, file);
    return outcome;
  };
  return {
    timerKind: async () => (exists(machine, '/run/systemd/system') ? 'systemd' : 'setsid'),
    arm: async ({ name, guest, timer, limitMs }) => {
      const file = fileOf(name);
      await simulatedHostFiles(machine).makeDirectory(file.slice(0, file.lastIndexOf('/')));
      writeHoldFile(machine, file, 'armed', JSON.stringify({ guest, timer }));
      const cancel = machine.world.clock.scheduleBackground(limitMs, () => {
        release(name, guest);
      });
      cancels.set(name, cancel);
    },
    disarm: async (name) => {
      cancels.get(name)?.();
      cancels.delete(name);
      if (exists(machine, fileOf(name))) removeFile(machine, fileOf(name));
    },
    hold: async ({ name, guest, by }) => {
      const file = fileOf(name);
      const armed = readHoldFile(machine, file);
      if (armed === undefined) {
        throw portError(machine, 'guest-hold-broken', 'the timer has gone off');
      }
      const domain = domainOf(guest);
      if (by === 'freeze') {
        const reason = freeze(machine, domain);
        if (reason !== undefined) return { kind: 'impossible', reason };
      } else {
        if (domain.state !== 'running' && domain.state !== 'idle') {
          throw portError(machine, 'guest-state-changed', `${guest} is ${domain.state}`);
        }
        orPortError(machine, () => {
          suspendDomain(machine, domain);
        });
      }
      writeHoldFile(machine, file, by, armed.about);
      return { kind: 'held' };
    },
    release: async (name, guest) => release(name, guest),
    list: async () =>
      holdNames(machine).flatMap((name) => {
        const about = readHoldFile(machine, fileOf(name))?.about;
        return about === undefined ? [] : [{ name, ...described.parse(JSON.parse(about)) }];
      }),
  };
}

function letGo(
  machine: Machine,
  domain: SimulatedDomain,
  by: 'pause' | 'freeze',
  heldMs: number,
): ReleaseOutcome {
  if (by === 'freeze') {
    const thawed = orPortError(machine, () => setFrozen(machine, domain, 'thawed'));
    return thawed > 0
      ? { kind: 'released', by, heldMs }
      : { kind: 'interfered', state: 'thawed', heldMs };
  }
  if (domain.state !== 'paused') return { kind: 'interfered', state: domain.state, heldMs };
  resumeDomain(machine, domain);
  return { kind: 'released', by, heldMs };
}

/** Why the guest cannot be frozen; `undefined` when it is. */
function freeze(machine: Machine, domain: SimulatedDomain): string | undefined {
  try {
    setFrozen(machine, domain, 'frozen');
    return undefined;
  } catch (error) {
    if (isSimulationError(error) && error.code === 'not-supported') return error.message;
    throw error;
  }
}

const directory = '/run/xen-backup';

function fileOf(name: string): string {
  return `${directory}/${parseOwnedName(name)?.runId ?? ''}/${name}.hold`;
}

function holdNames(machine: Machine): readonly string[] {
  if (!exists(machine, directory)) return [];
  return listDirectory(machine, directory).flatMap(({ name: run }) =>
    listDirectory(machine, `${directory}/${run}`)
      .filter(({ name }) => name.endsWith('.hold'))
      .map(({ name }) => name.slice(0, -'.hold'.length)),
  );
}
