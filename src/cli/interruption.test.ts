import { describe, expect, it } from 'vitest';
import { listenForInterruption, processSignals } from './interruption.js';

describe('signals of the process', () => {
  it('abort with the first, hurry with the second, and mean nothing after the end', () => {
    const said: string[] = [];
    const before = process.listenerCount('SIGTERM');
    const interruption = listenForInterruption(processSignals, (message) => said.push(message));
    process.emit('SIGTERM', 'SIGTERM');
    expect(interruption.signal.aborted).toBe(true);
    expect(interruption.hurry.aborted).toBe(false);
    expect(interruption.exitCode).toBe(143);
    process.emit('SIGHUP', 'SIGHUP');
    process.emit('SIGINT', 'SIGINT');
    expect(interruption.hurry.aborted).toBe(true);
    expect(interruption.exitCode).toBe(143);
    expect(said).toHaveLength(2);
    interruption.end();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('end the run with 128+N after %s, whatever comes behind it', (name, exitCode) => {
    const interruption = listenForInterruption(processSignals, () => undefined);
    for (const signal of [name, 'SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.emit(signal, signal);
      // Neither a third nor a fourth kills: only kill -9 ends the teardown, and then recover does it.
      expect(interruption.exitCode).toBe(exitCode);
    }
    expect(interruption.hurry.aborted).toBe(true);
    interruption.end();
  });
});
