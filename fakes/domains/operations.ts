import { deviceAt } from '../block/devices.js';
import { attachLoop, imageAt } from '../block/images.js';
import { detachLoop, loopDevices } from '../block/loops.js';
import { nbdDevices } from '../block/nbd.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { blockSources, diskDevices, fileSources, guestFileSystems } from './guest-disks.js';
import { idleWorkload, type SimulatedDomain } from './types.js';
import { noteStartOnMounted } from './second-writer.js';
import { beginWorkload } from './workload.js';

/** What a domain is defined with; it begins shut off. */
export type DomainInit = Pick<SimulatedDomain, 'name' | 'uuid' | 'definition'> &
  Partial<Pick<SimulatedDomain, 'persistent' | 'autostart' | 'workload'>>;

export function defineDomain(machine: Machine, init: DomainInit): SimulatedDomain {
  const domain: SimulatedDomain = {
    name: init.name,
    uuid: init.uuid,
    state: 'shut off',
    stateReason: 'unknown',
    persistent: init.persistent ?? true,
    autostart: init.autostart ?? false,
    definition: init.definition,
    cpuSeconds: 0,
    workload: init.workload ?? idleWorkload,
    ticks: 0,
    frozen: false,
  };
  machine.domains.set(domain.name, domain);
  return domain;
}

export function isActive(domain: SimulatedDomain): boolean {
  return domain.id !== undefined;
}

/** @throws SimulationError `not-found`. */
export function domainNamed(machine: Machine, name: string): SimulatedDomain {
  const domain = machine.domains.get(name);
  if (domain === undefined) throw new SimulationError('not-found', name, `no domain ${name}`);
  return domain;
}

/**
 * Boots a domain: its disks are open, and its file systems mounted by the guest.
 *
 * @throws SimulationError `invalid` when it is active; `device-missing` without a disk.
 */
export function startDomain(machine: Machine, domain: SimulatedDomain): void {
  if (isActive(domain))
    throw new SimulationError('invalid', domain.name, 'domain is already running');
  for (const path of blockSources(domain)) {
    if (deviceAt(machine, path) === undefined) {
      throw new SimulationError('device-missing', path, `no block device ${path}`);
    }
  }
  for (const path of fileSources(domain)) {
    if (isServed(machine, path)) {
      throw new SimulationError('busy', path, `another QEMU has ${path} open`);
    }
    attachLoop(machine, { path, access: 'read-write', owner: domain.name });
  }
  domain.id = machine.hypervisor.nextDomainId++;
  for (const device of diskDevices(machine, domain)) {
    machine.openings.push({ device, by: { kind: 'domain', domain: domain.name } });
  }
  noteStartOnMounted(machine, domain);
  const nowMs = machine.world.clock.now();
  for (const { fileSystem, record } of guestFileSystems(machine, domain)) {
    fileSystem.beginUse(nowMs);
    record.lastWrite = ++machine.world.writeSequence;
  }
  run(machine, domain, 'booted');
  beginWorkload(machine, domain);
}

/** A guest's QEMU writes to its images, so it wants them for itself. */
function isServed(machine: Machine, path: string): boolean {
  const space = imageAt(machine, path)?.space;
  return nbdDevices(machine).some((device) => device.space === space);
}

function run(machine: Machine, domain: SimulatedDomain, reason: string): void {
  domain.state = 'running';
  domain.stateReason = reason;
  domain.runningSinceMs = machine.world.clock.elapsedMs();
}

/** Pausing a paused domain is fine. @throws SimulationError `invalid` when it is not active. */
export function suspendDomain(machine: Machine, domain: SimulatedDomain): void {
  requireActive(domain);
  if (domain.state === 'paused') return;
  domain.cpuSeconds = cpuSecondsOf(machine, domain);
  delete domain.runningSinceMs;
  domain.state = 'paused';
  domain.stateReason = 'user';
}

/**
 * Resuming a running domain is fine for Xen's driver, not for QEMU's (recorded).
 *
 * @throws SimulationError `invalid` when it is not active, or was not paused.
 */
export function resumeDomain(machine: Machine, domain: SimulatedDomain): void {
  requireActive(domain);
  if (domain.state === 'paused') run(machine, domain, 'unpaused');
  else if (machine.hypervisor.driver === 'QEMU')
    throw new SimulationError('invalid', domain.name, 'domain is already running');
}

/** An orderly shutdown: the guest unmounts. @throws SimulationError `invalid`. */
export function shutDownDomain(machine: Machine, domain: SimulatedDomain): void {
  requireActive(domain);
  for (const { fileSystem, record } of guestFileSystems(machine, domain)) {
    fileSystem.replay();
    record.lastWrite = ++machine.world.writeSequence;
  }
  stop(machine, domain, 'shutdown');
}

/** Pulls the plug: journals stay dirty. @throws SimulationError `invalid`. */
export function destroyDomain(machine: Machine, domain: SimulatedDomain): void {
  requireActive(domain);
  stop(machine, domain, 'destroyed');
}

function stop(machine: Machine, domain: SimulatedDomain, reason: string): void {
  domain.cpuSeconds = cpuSecondsOf(machine, domain);
  delete domain.runningSinceMs;
  delete domain.id;
  domain.state = 'shut off';
  domain.stateReason = reason;
  domain.frozen = false;
  const left = machine.openings.filter(
    ({ by }) => by.kind !== 'domain' || by.domain !== domain.name,
  );
  machine.openings.splice(0, machine.openings.length, ...left);
  for (const loop of loopDevices(machine)) {
    if (loop.owner === domain.name) detachLoop(machine, loop);
  }
  // A transient domain is known only while it lives.
  if (!domain.persistent) machine.domains.delete(domain.name);
}

/** Processor time so far: a running guest uses a tenth of its time. */
export function cpuSecondsOf(machine: Machine, domain: SimulatedDomain): number {
  if (domain.runningSinceMs === undefined) return domain.cpuSeconds;
  const running = machine.world.clock.elapsedMs() - domain.runningSinceMs;
  return domain.cpuSeconds + running / 10_000;
}

function requireActive(domain: SimulatedDomain): void {
  if (!isActive(domain)) throw new SimulationError('invalid', domain.name, 'domain is not running');
}
