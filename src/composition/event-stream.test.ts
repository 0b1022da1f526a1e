import { expect, it } from 'vitest';
import type { RunEvent } from '../core/index.js';
import { createEventStream } from './event-stream.js';

const clock = { now: () => Date.UTC(2026, 0, 2), elapsedMs: () => 0, sleep: async () => undefined };

it('numbers events without gaps and stamps version, time and run', () => {
  const seen: RunEvent[] = [];
  const stream = createEventStream({
    runId: 'abcdefghij',
    clock,
    listeners: [(event) => seen.push(event)],
    onListenerError: (error) => {
      throw error;
    },
  });
  stream.emit({ type: 'run-started', command: 'run', guests: [] });
  stream.emit({ type: 'guest-skipped', guest: 'dc1', reason: 'it is shut off' });
  expect(seen.map(({ v, seq, time, runId }) => ({ v, seq, time, runId }))).toEqual([
    { v: 1, seq: 1, time: '2026-01-02T00:00:00.000Z', runId: 'abcdefghij' },
    { v: 1, seq: 2, time: '2026-01-02T00:00:00.000Z', runId: 'abcdefghij' },
  ]);
});

it('takes a listener that throws out of the list, tells so once, and goes on with the others', () => {
  const errors: unknown[] = [];
  const seen: number[] = [];
  const stream = createEventStream({
    runId: 'abcdefghij',
    clock,
    listeners: [
      () => {
        throw new Error('broken');
      },
      ({ seq }) => seen.push(seq),
    ],
    onListenerError: (error) => errors.push(error),
  });
  stream.emit({ type: 'guest-skipped', reason: '' });
  stream.emit({ type: 'guest-skipped', reason: '' });
  expect(seen).toEqual([1, 2]);
  expect(errors).toEqual([new Error('broken')]);
});
