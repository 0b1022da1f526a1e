import { describe, expect, it } from 'vitest';
import type { CommandRunner } from '../ports/index.js';
import { createLocalRunner } from '../adapters/local/index.js';
import { CommandTrace } from './command-trace.js';
import { systemClock } from './system-clock.js';

const clock = { ...systemClock, elapsedMs: () => 0 };
const local = createLocalRunner({ hostName: 'dom0a' });

describe('a command trace', () => {
  it('keeps the order of starting, the input, and how each command ended', async () => {
    const ended: number[] = [];
    const trace = new CommandTrace(clock, ({ number }) => ended.push(number));
    const [a, b] = [trace.watch('a', local), trace.watch('b', local)];
    const slow = a.run({ argv: ['cat'], stdin: 'text' });
    await b.run({ argv: ['false'] });
    await slow;
    expect(trace.commands).toEqual([
      {
        number: 1,
        host: 'a',
        argv: ['cat'],
        stdin: 'text',
        ending: { exitCode: 0, durationMs: 0 },
      },
      { number: 2, host: 'b', argv: ['false'], ending: { exitCode: 1, durationMs: 0 } },
    ]);
    expect(ended).toHaveLength(2);
  });

  it('notes a command that could not be started as ended without an exit code', async () => {
    const trace = new CommandTrace(clock);
    const runner = trace.watch('a', local);
    await expect(runner.run({ argv: ['no-such-tool'] })).rejects.toMatchObject({
      code: 'command-not-found',
    });
    await expect(runner.start({ argv: ['no-such-tool'] })).rejects.toThrow();
    expect(trace.commands.map(({ ending }) => ending)).toEqual([
      { durationMs: 0 },
      { durationMs: 0 },
    ]);
  });

  it('leaves a long-lived command as it is', async () => {
    const trace = new CommandTrace(clock);
    const runner: CommandRunner = trace.watch('a', local);
    const running = await runner.start({ argv: ['cat'] });
    await running.write('hello\n');
    await running.closeInput();
    let text = '';
    for await (const chunk of running.stdout) text += chunk;
    expect(text).toBe('hello\n');
    expect((await running.result).exitCode).toBe(0);
    expect(trace.commands[0]?.ending?.exitCode).toBe(0);
  });
});
