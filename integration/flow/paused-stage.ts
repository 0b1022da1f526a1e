import { hostObjects } from '../../fakes/judge/objects.js';
import { domainNamed } from '../../fakes/domains/operations.js';
import type { SimulatedDomain } from '../../fakes/domains/types.js';
import { guestFileSystems } from '../../fakes/domains/guest-disks.js';
import { findPath } from '../../fakes/filesystem/tree-paths.js';
import type { TraceEntry } from '../../fakes/world/state.js';
import type { GuestReport, RunReport } from '../../src/index.js';
import { type Stage, scenario } from './stage.js';

// What the tests of guests that stand still share: one scenario, and how it is looked at.

export const paused = scenario('paused-guest');
export const pauseLimitMs = 10_000;
/** Between the two snapshots of the guest time passes. */
export const slowSecond = '{ step: create-snapshot, occurrence: 2, effect: { delay: 2s } }';

export function guestOn(stage: Stage): SimulatedDomain {
  return domainNamed(stage.machine('dom0a'), 'dc2');
}

export function guestOf({ guests: [guest] }: RunReport): GuestReport {
  if (guest === undefined) throw new Error('no guest was reported');
  return guest;
}

/** The number that each disk of the standby holds. */
export function counters(stage: Stage): readonly string[] {
  const machine = stage.machine('dom0b');
  return guestFileSystems(machine, domainNamed(machine, 'dc2')).map(({ fileSystem: { tree } }) => {
    const inode = findPath(tree, '/counter');
    return inode === undefined ? 'none' : inode.content.text().trim();
  });
}

export function commandsOf(stage: Stage, pattern: RegExp): readonly TraceEntry[] {
  return stage.simulation.world.trace.filter(
    ({ machine, argv }) => machine === 'dom0a' && pattern.test(argv.join(' ')),
  );
}

export function endOf(stage: Stage, pattern: RegExp): number {
  return commandsOf(stage, pattern)[0]?.endMs ?? Number.NaN;
}

/** Does something as soon as a command has begun. */
export function whenBegun(stage: Stage, pattern: RegExp, act: () => void): void {
  const { clock } = stage.simulation.world;
  const look = (): void => {
    if (commandsOf(stage, pattern).length > 0) act();
    else clock.scheduleBackground(5, look);
  };
  look();
}

export function pass(stage: Stage, durationMs: number): Promise<void> {
  return stage.simulation.clock.sleep(durationMs);
}

export const resuming = /^virsh .*; resume /;
export const suspending = /^virsh .*; suspend /;

/** What says that a guest is held. */
export function runFiles(stage: Stage): readonly string[] {
  return hostObjects(stage.machine('dom0a')).runFiles.filter((path) => path.endsWith('.hold'));
}
