import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../core/index.js';
import { createNdjsonListener } from '../listeners/ndjson.js';
import { createPlainListener } from '../listeners/plain.js';
import { renderLines } from '../text/index.js';
import { examplePlan, exampleReport } from './example-plan.contract.js';
import { planMermaid } from './plan-mermaid.js';
import { planLines } from './plan-text.js';
import { reportLines } from './report-text.js';

/** What a guest, its disks or a tool has a say in. */
const foreign = new Set([
  ...['guest', 'host', 'label', 'name', 'message', 'remedy', 'guestPath', 'device'],
  ...['mountPoint', 'origin', 'volumeGroup', 'position', 'partitionLabel', 'source', 'fileSystem'],
]);

/** The same value, with text put into everything foreign in it. */
function infected<T>(value: T, text: string): T {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    typeof inner === 'string' && foreign.has(key) ? `${inner}${text}` : inner,
  ) as T;
}

/** Characters by which a text may steer a terminal, or make one line look like two. */
const anyHostile = fc
  .array(
    fc.constantFrom('\u001b[2J', '\u0007', '\r', '\n', '\u009b', '\u202e', '\u2028', '\u0000', 'x'),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''));

// Everything of this must never be there.
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

function eventsOf(text: string): readonly RunEvent[] {
  const plan = examplePlan();
  const place = { v: 1, seq: 1, time: '2026-01-01T00:00:00.000Z', runId: 'k3f9x2m7qa' } as const;
  const at = { guest: 'dc1', host: 'dom0a' };
  const story: readonly RunEvent[] = [
    { ...place, ...at, type: 'guest-started', source: 'dom0a', targets: ['dom0b'] },
    ...plan.steps.map((step, index) => {
      return { ...place, ...at, type: 'step-started' as const, stepId: index, step };
    }),
    { ...place, ...at, type: 'step-failed', stepId: 0, code: 'mount-busy', message: 'held' },
    { ...place, ...at, type: 'source-opened', tree: plan.tree, mounts: plan.mounts },
    ...plan.teardown.map((undo, index) => {
      return { ...place, ...at, type: 'undo-started' as const, stepId: index, undo };
    }),
    { ...place, ...at, type: 'notice', level: 'warning', message: 'look', remedy: 'here' },
    { ...place, ...at, type: 'target-finished', outcome: 'failed', reason: 'no' },
    { ...place, guest: 'mail', type: 'guest-skipped', reason: 'shut off' },
  ];
  return infected(story, text);
}

describe('whatever names, labels and messages contain', () => {
  it.each(['normal', 'verbose'] as const)('the story steers no terminal (%s)', (verbosity) => {
    fc.assert(
      fc.property(anyHostile, (text) => {
        let out = '';
        const write = (more: string): void => void (out += more);
        const listener = createPlainListener({ write, colours: 'no-colours', verbosity });
        for (const event of eventsOf(text)) listener(event);
        expect(out).not.toMatch(steering);
      }),
      { numRuns: 50 },
    );
  });

  it('a line of --json is one line, and steers no terminal', () => {
    fc.assert(
      fc.property(anyHostile, (text) => {
        const lines: string[] = [];
        const listener = createNdjsonListener((line) => lines.push(line));
        const events = eventsOf(text);
        for (const event of events) listener(event);
        for (const line of lines) expect(line.slice(0, -1)).not.toMatch(/\n/);
        expect(lines.join('')).not.toMatch(steering);
        expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(events);
      }),
      { numRuns: 50 },
    );
  });

  it('plans and reports steer no terminal', () => {
    fc.assert(
      fc.property(anyHostile, (text) => {
        const plan = infected(examplePlan(), text);
        const report = infected(
          {
            v: 1 as const,
            runId: 'k3f9x2m7qa',
            command: 'run' as const,
            exitCode: 10 as const,
            durationMs: 1,
            guests: [exampleReport()],
            residue: ['dom0b: map x (in use)'],
          },
          text,
        );
        const planned = planLines([{ report: infected(exampleReport(), text), plan }]);
        expect(plan.guest).toContain(text);
        expect(renderLines(planned, 'no-colours')).not.toMatch(steering);
        expect(renderLines(reportLines(report), 'no-colours')).not.toMatch(steering);
        expect(planMermaid([plan])).not.toMatch(steering);
      }),
      { numRuns: 50 },
    );
  });
});
