import { type RunReport, together, toXenBackupError } from '../../core/index.js';
import type { RunContext } from '../context.js';
import { HostPool } from '../hosts/host-pool.js';
import { exitCodeOfInterruption } from '../interruption.js';
import { recoverHost } from '../recover/recover-host.js';

/**
 * Undoes on every configured host what interrupted runs left. On a machine that is one of the
 * hosts, and the others cannot be reached, its own part is done all the same.
 */
export async function recoverAll(context: RunContext): Promise<RunReport> {
  const startMs = context.clock.elapsedMs();
  context.events.emit({ type: 'run-started', command: 'recover', guests: [] });
  const pool = new HostPool(context.connector);
  const residue = await together(
    context.configuration.hosts.map(async ({ name }) => {
      try {
        return (await recoverHost(context, await pool.get(name))).residue;
      } catch (error) {
        const { message, remedy } = toXenBackupError(error);
        context.events.emit({ type: 'notice', level: 'error', host: name, message, remedy });
        return [`${name}: ${message}`];
      }
    }),
  );
  const left = [...residue.flat(), ...(await pool.close())];
  const report: RunReport = {
    v: 1,
    runId: context.runId,
    command: 'recover',
    exitCode: exitCodeOfInterruption(context.signal) ?? (left.length === 0 ? 0 : 10),
    durationMs: context.clock.elapsedMs() - startMs,
    guests: [],
    residue: left,
  };
  context.events.emit({ type: 'report', report });
  return report;
}
