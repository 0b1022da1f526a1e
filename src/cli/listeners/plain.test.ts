import { describe, expect, it } from 'vitest';
import type { RunEvent, RunEventBody } from '../../core/index.js';
import { examplePlan } from '../render/example-plan.contract.js';
import { createPlainListener } from './plain.js';

let seq = 0;

function event(body: RunEventBody, atMs = 0): RunEvent {
  seq += 1;
  const time = new Date(Date.UTC(2026, 0, 1) + atMs).toISOString();
  return { v: 1, seq, time, runId: 'k3f9x2m7qa', ...body };
}

const place = { guest: 'dc1', host: 'dom0a' };
const plan = examplePlan();
const copy = { pass: 'real', fileSystem: 'VolGroup00/LogVol00' } as const;
const progress = { type: 'copy-progress', transferredBytes: 1e9, bytesPerSecond: 1e8 } as const;

const story: readonly RunEvent[] = [
  event({ type: 'run-started', command: 'run', guests: ['dc1', 'mail'] }),
  event({ type: 'guest-started', guest: 'dc1', source: 'dom0a', targets: ['dom0b', 'dom0c'] }),
  event({ type: 'stage-started', ...place, stage: 'open-source' }),
  event({ type: 'step-started', ...place, stepId: 3, step: plan.steps[0]! }),
  event({ type: 'step-finished', ...place, stepId: 3, durationMs: 250 }),
  event({ type: 'source-opened', ...place, tree: plan.tree, mounts: plan.mounts }),
  event({ type: 'copy-started', ...place, host: 'dom0b', ...copy, by: 'files', guestPath: '/' }),
  event({ ...progress, ...place, host: 'dom0b', ...copy, percent: 1 }, 0),
  event({ ...progress, ...place, host: 'dom0b', ...copy, percent: 20.9 }, 4_999),
  event({ ...progress, ...place, host: 'dom0b', ...copy, percent: 21.9, remainingMs: 9e3 }, 5_000),
  event({
    type: 'copy-finished',
    ...place,
    host: 'dom0b',
    ...copy,
    outcome: 'done',
    durationMs: 61_000,
    files: 1,
    bytes: 1024,
    deletions: 0,
  }),
  event({ type: 'undo-started', ...place, stepId: 4, undo: { kind: 'nothing' } }),
  event({ type: 'undo-finished', ...place, stepId: 4, durationMs: 0 }),
  event({ type: 'undo-started', ...place, stepId: 3, undo: plan.teardown[3]! }),
  event({ type: 'undo-finished', ...place, stepId: 3, durationMs: 90 }),
  event({ type: 'target-finished', ...place, host: 'dom0b', outcome: 'done' }),
  event({ type: 'target-finished', ...place, host: 'dom0c', outcome: 'failed', reason: 'no' }),
  event({ type: 'notice', level: 'warning', host: 'dom0a', message: 'look at this' }),
  event({ type: 'guest-skipped', guest: 'mail', reason: 'it is \u001b[31mshut off' }),
];

function tell(verbosity: 'normal' | 'verbose'): string {
  let text = '';
  const listener = createPlainListener({
    write: (more) => {
      text += more;
    },
    colours: 'no-colours',
    verbosity,
  });
  for (const one of story) listener(one);
  return text;
}

describe('plain lines', () => {
  it('tell the story, a line for each thing that happened', async () => {
    await expect(tell('normal')).toMatchFileSnapshot('__snapshots__/plain.txt');
  });

  it('tell details of steps when asked to', async () => {
    await expect(tell('verbose')).toMatchFileSnapshot('__snapshots__/plain-verbose.txt');
  });

  it('tell progress every five seconds of the run’s own time', () => {
    expect(tell('normal')).not.toContain('20 %');
    expect(tell('normal')).toContain('21 %, 954 MiB, 95.4 MiB/s, 9.0 s left');
  });

  it('leave problems to the log', () => {
    expect(tell('verbose')).not.toMatch(/look at this|: no$/m);
  });

  it('escape what a guest says', () => {
    expect(tell('normal')).toContain(String.raw`it is \x1b[31mshut off`);
  });
});
