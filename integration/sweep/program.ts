import type { Simulation } from '../../fakes/simulation.js';
import { saidOfGuestAtRest } from '../flow/at-rest.js';
import { createSimulatedConnector } from '../../src/composition/simulated-connector.js';
import { recover, run } from '../../src/index.js';
import type { Configuration, Connector, RunReport } from '../../src/index.js';

/** What a program is started with. */
export interface Invocation {
  readonly command: 'run' | 'recover';
  readonly simulation: Simulation;
  readonly configuration: Configuration;
  readonly runId: string;
  readonly signal?: AbortSignal;
}

/** A program that replicates guests; what is swept is not always ours. */
export type SweptProgram = (invocation: Invocation) => Promise<RunReport>;

/** xen-backup itself. */
export const xenBackup: SweptProgram = xenBackupOver((connector) => connector);

/**
 * xen-backup, with something between it and the simulated hosts.
 *
 * @param change - how the sweep is shown that it can fail: one protection taken away.
 */
export function xenBackupOver(change: (connector: Connector) => Connector): SweptProgram {
  return ({ command, simulation, configuration, runId, signal }) => {
    const settings = {
      configuration,
      connector: change(createSimulatedConnector(simulation, configuration)),
      runId,
      ...(signal === undefined ? {} : { signal }),
    };
    return command === 'run'
      ? run({ ...settings, ...saidOfGuestAtRest(simulation, configuration) })
      : recover(settings);
  };
}
