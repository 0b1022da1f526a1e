import { unknownVolumesRemedy } from '../../core/index.js';
import type { RunContext } from '../context.js';
import type { IdentifiedHost } from '../hosts/host-pool.js';
import { lookForTraces } from './look-for-traces.js';
import { type RecoveryResult, recoverFromJournals } from './recover-journals.js';
import { recoverHolds } from './recover-holds.js';
import { recoverStamped } from './recover-stamped.js';
import { RunLiveness } from './run-liveness.js';

/**
 * Undoes on one host exactly what dead runs of xen-backup left there: never a living run's, never
 * anything without our stamp. Doing it again finds nothing.
 */
export async function recoverHost(
  context: RunContext,
  identified: IdentifiedHost,
): Promise<RecoveryResult> {
  const { host } = identified;
  const first = await lookForTraces(host, context.configuration.stateDirectory);
  if (first.kind === 'none') {
    warnOfUnknownVolumes(context, host.name, first.unknownVolumes);
    return { undone: [], residue: [] };
  }
  const owner = {
    runId: context.runId,
    controller: context.controller.nodeName,
    processId: context.controller.processId,
    since: new Date(context.clock.now()).toISOString(),
  };
  // A receiver outlives the process that started it; it would write on, and keep its mount busy.
  const liveness = new RunLiveness(host, owner, (runId) => host.copier.stopReceivers(runId));
  try {
    const holds = await recoverHolds(host, liveness);
    const journals = await recoverFromJournals(context, identified, liveness);
    const stamped = await recoverStamped(host, context.clock, liveness);
    // A torn journal lacks what stands on top of all it lists: with that gone, the rest goes too.
    const again =
      journals.residue.length > 0 && stamped.undone.length > 0
        ? await recoverFromJournals(context, identified, liveness)
        : { undone: [], residue: journals.residue };
    const result = {
      undone: [...holds.undone, ...journals.undone, ...stamped.undone, ...again.undone],
      residue: [...liveness.problems, ...holds.residue, ...again.residue, ...stamped.residue],
    };
    announce(context, host.name, result);
    warnOfUnknownVolumes(context, host.name, stamped.unknownVolumes);
    return result;
  } finally {
    await liveness.release();
  }
}

/** They are not stamped, so they are not ours to remove; but they keep our maps from going. */
function warnOfUnknownVolumes(
  { events }: RunContext,
  host: string,
  names: readonly string[],
): void {
  if (names.length === 0) return;
  events.emit({
    type: 'notice',
    level: 'warning',
    host,
    message: `volumes of groups that are not the host's are active: ${names.map(shownName).join(', ')}`,
    remedy: unknownVolumesRemedy,
  });
}

/** Such a name is the guest's: nothing of it may reach a terminal as it is. */
function shownName(name: string): string {
  return /^[A-Za-z0-9+_.-]{1,128}$/.test(name) ? name : JSON.stringify(name);
}

function announce({ events }: RunContext, host: string, { undone, residue }: RecoveryResult): void {
  if (undone.length > 0) {
    const message = `took down what an interrupted run left: ${undone.join(', ')}`;
    events.emit({ type: 'notice', level: 'warning', host, message });
  }
  for (const left of residue) {
    events.emit({
      type: 'notice',
      level: 'error',
      host,
      message: `could not be taken down: ${left}`,
      remedy: 'Remove the cause named, then run xen-backup recover.',
    });
  }
}
