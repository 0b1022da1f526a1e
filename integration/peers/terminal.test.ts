import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';

/** A program of ours: starts a child by the local runner, and ends when it is told to. */
const program = `
  import { createLocalRunner } from './src/adapters/local/index.ts';
  const runner = createLocalRunner({ hostName: 'here' });
  const signals = [];
  for (const name of ['SIGINT', 'SIGHUP']) process.on(name, () => signals.push(name));
  const running = await runner.start({ argv: ['sleep', '600'] });
  console.log(running.processId);
  process.stdin.once('data', async () => {
    await running.stop();
    console.log(signals.join(' '));
    process.exit(0);
  });
`;

let controller: ChildProcess | undefined;
afterEach(() => controller?.kill('SIGKILL'));

/** Field 6 of /proc/PID/stat. */
function sessionOf(processId: number): number {
  const stat = readFileSync(`/proc/${String(processId)}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[3]);
}

describe('failure case 23: Ctrl-C in a terminal', () => {
  it('reaches the program only: what it started lives on until the teardown ends it', async () => {
    // A group of its own, as a shell gives it to a job; Ctrl-C signals the group.
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const child = spawn(process.execPath, args, {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    controller = child;
    const lines: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => lines.push(chunk.toString().trim()));
    const said = async (count: number): Promise<string> => {
      for (let tries = 0; lines.length < count && tries < 600; tries += 1) await wait(100);
      return lines[count - 1] ?? '';
    };
    const started = Number(await said(1));
    const group = child.pid ?? 0;
    expect(sessionOf(started)).toBe(started);
    for (const signal of ['SIGINT', 'SIGHUP'] as const) {
      process.kill(-group, signal);
      await wait(300);
      expect(existsSync(`/proc/${String(started)}`)).toBe(true);
    }
    child.stdin.write('\n');
    expect(await said(2)).toBe('SIGINT SIGHUP');
    expect(existsSync(`/proc/${String(started)}`)).toBe(false);
  });
});
