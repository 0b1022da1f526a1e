import { describe, expect, it } from 'vitest';
import { judgePause } from './outcome.js';

const pause = (stdout: string) =>
  judgePause('dom0a', 'dc2', { argv: ['virsh'], exitCode: 0, stdout, stderr: '', durationMs: 1 });

describe('what a pause came to', () => {
  it.each(['running', 'idle', 'blocked', 'no state'])('held, of a guest that was %s', (state) => {
    expect(pause(`${state}\n\n\npaused\n`)).toEqual({ kind: 'held' });
  });

  it.each(['paused', 'shut off', 'crashed'])(
    'of a guest that is %s since the run began: it has changed',
    (state) => {
      expect(() => pause(`${state}\n\n`)).toThrow(
        expect.objectContaining({ code: 'guest-state-changed' }),
      );
    },
  );

  it.each(['Running', '\u001b[31m?', '{"report":[{]'])(
    'of words that are no state (%j): not understood, and never a guest that has stopped',
    (word) => {
      expect(() => pause(`${word}\n\n\npaused\n`)).toThrow(
        expect.objectContaining({ code: 'output-unexpected' }),
      );
    },
  );
});
