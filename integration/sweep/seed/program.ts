import type { RunReport } from '../../../src/index.js';
import type { SweptProgram } from '../program.js';
import { Dom0Shell } from './dom0-shell.js';
import { Script2009 } from './script.js';

/** `$$` of the first run; each later one has the next number. */
const firstProcessId = 4241;

/**
 * The algorithm of 2009 in the sweep: cron starts it on each Dom0. It has no recovery, its exit
 * code is 0 whatever happens, and a signal ends it where it stands.
 */
export const seedProgram: SweptProgram = async (invocation) => {
  const { command, simulation, configuration, runId, signal } = invocation;
  const report: RunReport = {
    v: 1,
    runId,
    command,
    exitCode: 0,
    durationMs: 0,
    guests: [],
    residue: [],
  };
  if (command === 'recover') return report;
  signal?.addEventListener('abort', () => {
    simulation.kill();
  });
  const processId = firstProcessId + Number(runId.replace(/^\D+/, ''));
  for (const machine of simulation.world.machines.values()) {
    const shell = new Dom0Shell(simulation, machine);
    await new Script2009(shell, configuration, processId).run();
  }
  return report;
};
