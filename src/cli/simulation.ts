import type { ResolvedConfiguration } from '../config/resolve.js';
import type { SimulatedHosts } from '../composition/simulated-connector.js';

/** What `--simulate` needs of the simulated hosts. */
export interface Simulation extends SimulatedHosts {
  /** What the scenario itself tells xen-backup; absent when it tells nothing. */
  readonly told?: ResolvedConfiguration;
  /** Resolves when a fault of the scenario kills xen-backup; never, when none does. */
  readonly killed: Promise<void>;
  /** @throws `fault-unused` naming the faults that never struck. */
  requireAllFaultsUsed(): void;
  /** The world as text, for the next invocation. Ends xen-backup's life in it. */
  save(): Promise<string>;
}

/** A scenario to be simulated. */
export interface ScenarioText {
  readonly text: string;
  /** Path for messages. */
  readonly file: string;
  /** What an earlier invocation saved. */
  readonly world?: { readonly text: string; readonly file: string };
}

/**
 * Builds the simulated hosts of a scenario. They are loaded only now: a run on real hosts has
 * nothing to do with them.
 *
 * @throws `scenario-invalid`.
 */
export async function loadSimulation({ text, file, world }: ScenarioText): Promise<Simulation> {
  const { createSimulation, parseScenario } = await import('../../fakes/index.js');
  const scenario = parseScenario(text, file);
  const simulation = await createSimulation(scenario, world);
  const { resolved: told } = scenario;
  return {
    clock: simulation.clock,
    actingHost: (all) => simulation.actingHost(all),
    connect: (host) => simulation.connect(host),
    killed: new Promise((resolve) => {
      simulation.controller.onDeath(resolve);
    }),
    requireAllFaultsUsed: () => {
      simulation.faults.requireAllUsed();
    },
    save: () => simulation.save(),
    ...(told === undefined ? {} : { told }),
  };
}
