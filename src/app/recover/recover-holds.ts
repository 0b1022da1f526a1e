import { parseOwnedName, toXenBackupError } from '../../core/index.js';
import type { FoundHold, Host } from '../../ports/index.js';
import { places } from './places.js';
import type { RecoveryResult } from './recover-journals.js';
import type { RunLiveness } from './run-liveness.js';

/**
 * Lets guests go on that a dead run left standing, before anything else of it is taken down, and
 * with or without its journal.
 */
export async function recoverHolds(host: Host, liveness: RunLiveness): Promise<RecoveryResult> {
  const undone: string[] = [];
  const residue: string[] = [];
  for (const found of await places.holds(host)) {
    const runId = parseOwnedName(found.name)?.runId;
    if (runId === undefined || !(await liveness.isDead(runId))) continue;
    try {
      undone.push(...(await release(host, found)));
    } catch (error) {
      // Its timer stays, and goes on trying.
      residue.push(`${host.name}: pause of ${found.guest} (${toXenBackupError(error).message})`);
    }
  }
  return { undone, residue };
}

async function release(host: Host, found: FoundHold): Promise<readonly string[]> {
  const { kind } = await host.holds.release(found.name, found.guest);
  await host.holds.disarm(found.name, found.timer);
  return [kind === 'released' ? `pause of ${found.guest}` : `timer ${found.name}`];
}
