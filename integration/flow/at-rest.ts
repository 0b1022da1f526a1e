import type { Simulation } from '../../fakes/index.js';
import type { Configuration, RunOptions } from '../../src/index.js';

/**
 * What an operator says of a guest that has never run on any of its hosts: where its data is. Of all
 * other guests a run finds that out itself, and nothing is said.
 */
export function saidOfGuestAtRest(
  { world }: Pick<Simulation, 'world'>,
  { guests: [guest, ...others] }: Configuration,
): Pick<RunOptions, 'guests' | 'from' | 'discardStandbyChanges'> {
  const hasAnyRun = [...world.machines.values()].some(
    ({ hypervisor, domains }) =>
      hypervisor.nextDomainId !== 1 ||
      [...domains.values()].some(({ state }) => state !== 'shut off'),
  );
  const [from] = guest?.hosts ?? [];
  if (hasAnyRun || guest === undefined || others.length > 0 || from === undefined) return {};
  return { guests: [guest.name], from, discardStandbyChanges: guest.name };
}
