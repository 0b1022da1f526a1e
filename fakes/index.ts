/**
 * `xen-backup/simulation`: simulated hosts for tests of programs that use the SDK, and for
 * `xen-backup --simulate`.
 *
 * @packageDocumentation
 */
export { parseScenario, type Scenario } from './scenario/load.js';
export { createSimulation, Simulation } from './simulation.js';
