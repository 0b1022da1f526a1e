import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Argv, HostRunner } from '../../src/ports/index.js';

/** Commands of the world under test that behave as their names say. */
export interface SampleCommands {
  readonly prints: { readonly argv: Argv; readonly stdout: string };
  readonly fails: { readonly argv: Argv; readonly exitCode: number; readonly stderr: RegExp };
  readonly missing: Argv;
  /** Lives until it is stopped. */
  readonly hangs: Argv;
  /** Prints its stdin. */
  readonly copiesInput?: Argv;
  /** Prints without end. */
  readonly floods?: Argv;
  /** Prints the pid of a child, ends with 3, and leaves the child behind with its output. */
  readonly leaves?: Argv;
  /** Ignores TERM, and has a child that ignores it too. */
  readonly stubborn?: Argv;
}

export interface OpenedRunner {
  readonly runner: HostRunner;
  /** Whether a process lives on the runner's host, asked by other means than the runner. */
  isAlive(processId: number): Promise<boolean>;
  close(): Promise<void>;
}

export interface CommandRunnerHarness {
  readonly name: string;
  readonly commands: SampleCommands;
  open(): Promise<OpenedRunner>;
}

/** Within this everything is dead once its runner is closed, however slow the machine. */
const closedWithinMs = 45_000;

/** What every {@link HostRunner} promises. */
export function describeCommandRunner(harness: CommandRunnerHarness): void {
  describe(`command runner contract: ${harness.name}`, () => {
    const { commands } = harness;
    let opened: OpenedRunner;
    beforeAll(async () => {
      opened = await harness.open();
    });
    afterAll(async () => {
      await opened.close();
    });

    it('returns what a command printed', async () => {
      const result = await opened.runner.run({ argv: commands.prints.argv });
      expect(result).toMatchObject({
        argv: commands.prints.argv,
        exitCode: 0,
        stdout: commands.prints.stdout,
        stderr: '',
      });
      expect(result.durationMs).toBeGreaterThanOrEqual(0);
    });

    it('returns a failure as a result', async () => {
      const result = await opened.runner.run({ argv: commands.fails.argv });
      expect(result.exitCode).toBe(commands.fails.exitCode);
      expect(result.stderr).toMatch(commands.fails.stderr);
    });

    it('throws command-not-found for a tool that is not there', async () => {
      const run = opened.runner.run({ argv: commands.missing });
      await expect(run).rejects.toMatchObject({ code: 'command-not-found' });
      const start = opened.runner.start({ argv: commands.missing });
      await expect(start).rejects.toMatchObject({ code: 'command-not-found' });
    });

    it('ends a command at its time limit', async () => {
      const run = opened.runner.run({ argv: commands.hangs, timeoutMs: 300 });
      await expect(run).rejects.toMatchObject({ code: 'command-timed-out' });
    });

    it('bounds the whole life of a started command when told to', async () => {
      const running = await opened.runner.start({ argv: commands.hangs, timeoutMs: 300 });
      await expect(running.result).rejects.toMatchObject({ code: 'command-timed-out' });
      expect(await opened.isAlive(running.processId)).toBe(false);
    });

    it('proves a started command dead when it stops it', async () => {
      const running = await opened.runner.start({ argv: commands.hangs });
      expect(await opened.isAlive(running.processId)).toBe(true);
      await running.stop();
      expect(await opened.isAlive(running.processId)).toBe(false);
      // Stopping twice is as good as once.
      await running.stop();
    });

    it('streams the output of a started command', async () => {
      const running = await opened.runner.start({ argv: commands.prints.argv });
      let text = '';
      for await (const chunk of running.stdout) text += chunk;
      expect(text).toBe(commands.prints.stdout);
      expect(await running.result).toMatchObject({ exitCode: 0, stdout: '' });
    });

    it.skipIf(commands.copiesInput === undefined)('feeds and closes stdin', async () => {
      const argv = commands.copiesInput ?? commands.missing;
      const input = 'line\nä 😀 \u0001 without end of line';
      expect((await opened.runner.run({ argv, stdin: input })).stdout).toBe(input);
      expect((await opened.runner.run({ argv })).stdout).toBe('');
    });

    it.skipIf(commands.copiesInput === undefined)('writes to a started command', async () => {
      const running = await opened.runner.start({ argv: commands.copiesInput ?? commands.missing });
      await running.write('one\n');
      const reader = running.stdout[Symbol.asyncIterator]();
      expect(await reader.next()).toEqual({ done: false, value: 'one\n' });
      await running.write('two\n');
      await running.closeInput();
      expect(await reader.next()).toEqual({ done: false, value: 'two\n' });
      expect(await reader.next()).toMatchObject({ done: true });
      expect((await running.result).exitCode).toBe(0);
    });

    it.skipIf(commands.floods === undefined)('stops a command that prints too much', async () => {
      const argv = commands.floods ?? commands.missing;
      const run = opened.runner.run({ argv, maxOutputBytes: 100_000 });
      await expect(run).rejects.toMatchObject({ code: 'command-output-too-large' });
    });

    it.skipIf(commands.floods === undefined)(
      'does not block a command whose reader has left',
      async () => {
        const running = await opened.runner.start({ argv: commands.floods ?? commands.missing });
        for await (const chunk of running.stdout) if (chunk !== '') break;
        await running.stop();
        await running.result;
        expect(await opened.isAlive(running.processId)).toBe(false);
      },
    );

    it.skipIf(commands.leaves === undefined)(
      'ends a command with its leader, and what it leaves behind with it',
      async () => {
        const result = await opened.runner.run({ argv: commands.leaves ?? commands.missing });
        expect(result.exitCode).toBe(3);
        // Proven gone when the command's end is told; the kernel reaps it a moment later.
        const left = Number(result.stdout.trim());
        await expect.poll(() => opened.isAlive(left), { timeout: 10_000 }).toBe(false);
      },
    );

    it.skipIf(commands.stubborn === undefined)(
      'kills what ignores TERM, children included',
      async () => {
        const running = await opened.runner.start({ argv: commands.stubborn ?? commands.missing });
        let childProcessId = Number.NaN;
        for await (const chunk of running.stdout) {
          childProcessId = Number(chunk.trim());
          break;
        }
        expect(await opened.isAlive(childProcessId)).toBe(true);
        await running.stop(300);
        expect(await opened.isAlive(running.processId)).toBe(false);
        expect(await opened.isAlive(childProcessId)).toBe(false);
        expect((await running.result).exitCode).toBe(137);
      },
    );

    describe('when it is closed', { timeout: 60_000 }, () => {
      it('ends what still runs, proven dead, and tells whoever listens', async () => {
        const other = await harness.open();
        const running = await other.runner.start({ argv: commands.hangs });
        // As one that was given up because another failed: its process id is nobody's.
        const abandoned = other.runner.run({ argv: commands.hangs });
        expect(await other.isAlive(running.processId)).toBe(true);
        const begun = performance.now();
        await other.runner.close();
        expect(performance.now() - begun).toBeLessThan(closedWithinMs);
        expect(await other.isAlive(running.processId)).toBe(false);
        for await (const chunk of running.stdout) expect(chunk).toBe('');
        expect((await running.result).exitCode).toBeGreaterThan(128);
        expect((await abandoned).exitCode).toBeGreaterThan(128);
        await other.close();
      });

      it('starts nothing any more, and may be closed again', async () => {
        const other = await harness.open();
        await other.runner.run({ argv: commands.prints.argv });
        await other.runner.close();
        const refused = { code: 'host-unreachable' };
        await expect(other.runner.run({ argv: commands.hangs })).rejects.toMatchObject(refused);
        await expect(other.runner.start({ argv: commands.hangs })).rejects.toMatchObject(refused);
        await other.runner.close();
        await other.close();
      });

      it('leaves alone what belongs to another runner', async () => {
        const other = await harness.open();
        const running = await opened.runner.start({ argv: commands.hangs });
        await other.runner.close();
        expect(await opened.isAlive(running.processId)).toBe(true);
        await running.stop();
        await other.close();
      });

      it.skipIf(commands.stubborn === undefined)('kills what ignores TERM', async () => {
        const other = await harness.open();
        const running = await other.runner.start({ argv: commands.stubborn ?? commands.missing });
        let childProcessId = Number.NaN;
        for await (const chunk of running.stdout) {
          childProcessId = Number(chunk.trim());
          break;
        }
        const begun = performance.now();
        await other.runner.close();
        expect(performance.now() - begun).toBeLessThan(closedWithinMs);
        expect(await other.isAlive(running.processId)).toBe(false);
        expect(await other.isAlive(childProcessId)).toBe(false);
        await other.close();
      });
    });
  });
}
