/**
 * `xen-backup/simulation`: simulated hosts for tests of programs that use the SDK, and for
 * `xen-backup --simulate`.
 *
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createSimulatedConnector, run } from 'xen-backup';
 * import { createSimulation, parseScenario } from 'xen-backup/simulation';
 *
 * const file = 'my-hosts.yaml';
 * const simulation = await createSimulation(parseScenario(readFileSync(file, 'utf8'), file));
 * const { configuration } = simulation.configuration ?? {};
 * if (configuration === undefined) throw new Error(`${file} has no configuration`);
 * const connector = createSimulatedConnector(simulation, configuration);
 * const report = await run({ configuration, connector });
 * const standby = simulation.site('dom0b').guestTrees('dc1');
 * ```
 *
 * A simulation has state, no answers: whatever is asked is computed from it. What a test claims is
 * read from the state too ({@link SimulatedSite}), never from what xen-backup says of itself.
 *
 * @packageDocumentation
 */
export { parseScenario, type Scenario } from './scenario/load.js';
export { createSimulation, type SavedWorld, Simulation } from './simulation.js';
export { SimulatedSite } from './site.js';
export { SimulatedDeath } from './runner/controller.js';
export type {
  CommandFault,
  FaultEffect,
  FaultMatch,
  FaultMoment,
  FaultRule,
  WorldFault,
} from './faults/types.js';
export { type CommandPattern, stepCommands, type StepName } from './faults/command-text.js';
export {
  compareGuestTrees,
  type GuestTrees,
  lostFiles,
  type TreeDifference,
} from './judge/guest-trees.js';
export { type HostObjects, objectsLeft } from './judge/objects.js';
export type { TraceEntry } from './world/state.js';
