import type { SpawnedProcess } from '../commands/types.js';
import { ProcessKilled } from '../runner/processes.js';
import type { Machine } from '../world/state.js';

/** A timer of PID 1: it is in nobody's session, and asks nobody who made it. */
export function armUnit(
  machine: Machine,
  unit: string,
  delayMs: number,
  start: () => SpawnedProcess,
): void {
  const { clock } = machine.world;
  const { timers, services } = machine.systemd;
  const dueMs = clock.elapsedMs() + delayMs;
  timers.set(unit, dueMs);
  clock.scheduleBackground(delayMs, () => {
    // Stopped, or forgotten by a boot.
    if (timers.get(unit) !== dueMs) return;
    timers.delete(unit);
    const { processId, ended } = start();
    services.set(unit, processId);
    void ended.finally(() => {
      if (services.get(unit) === processId) services.delete(unit);
    });
  });
}

/** Stops `NAME.timer` or `NAME.service`. A service is loaded as long as its timer is. */
export function stopUnit(machine: Machine, fullName: string): 'stopped' | 'not-loaded' {
  const { timers, services } = machine.systemd;
  const dot = fullName.lastIndexOf('.');
  const unit = fullName.slice(0, dot);
  if (fullName.slice(dot) === '.timer') return timers.delete(unit) ? 'stopped' : 'not-loaded';
  const processId = services.get(unit);
  if (processId === undefined) return 'not-loaded';
  machine.processes.get(processId)?.killed.abort(new ProcessKilled('TERM'));
  services.delete(unit);
  return 'stopped';
}

/** The boot: timers of the last one are gone. */
export function forgetUnits(machine: Machine): void {
  machine.systemd.timers.clear();
  machine.systemd.services.clear();
}
