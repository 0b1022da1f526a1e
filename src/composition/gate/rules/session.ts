import { stopReceiversArgv } from '../../../adapters/rsync/argv.js';
import { stopSessionArgv } from '../../../adapters/shared/stop-session.js';
import { like, type Slot } from '../like.js';
import { all, run } from '../pattern.js';
import { forBoth, forTarget, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';

/** Commands that end what we started. */
export function sessionRules({ count, runId }: Slots): readonly GateRule[] {
  const session = { processId: 1_111_111, startTicks: '2222222' };
  const numbers: readonly Slot[] = ['1111111', '2222222', '3333333'].map((sample) => ({
    sample,
    pattern: count,
  }));
  const tag: Slot = { sample: `${samples.runId}-7`, pattern: tagPattern(runId) };
  return [
    forBoth('stop a session', like(stopSessionArgv(session, 333_333_300), numbers)),
    forTarget('stop receivers', like(stopReceiversArgv(tag.sample), [tag])),
    forTarget(
      'stop all receivers of a run',
      like(stopReceiversArgv(samples.runId), [{ sample: samples.runId, pattern: runId }]),
    ),
  ];
}

/** What marks one copy of a run. */
export function tagPattern(runId: Slots['runId']) {
  return all(runId, '-', run('0-9', 1, { max: 6 }));
}
