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
});
