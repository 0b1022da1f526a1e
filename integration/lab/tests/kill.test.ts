import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lab } from '../lab.js';
import { changeGuest, clearOut } from './changes.js';
import { deathsIn, type Moment, moments, MomentWatcher } from './moments.js';
import { bundleFile, outerConfiguration, runTimeoutMs, useLab } from './use-lab.js';

/** `N/M`: every M-th moment, from the N-th on. Without it one in ten, by the commit. */
async function sampled(): Promise<readonly Moment[]> {
  const asked = process.env['XEN_BACKUP_LAB_SAMPLE'];
  if (asked !== undefined) return deathsIn(moments, asked);
  const { stdout } = await execa('git', ['rev-parse', 'HEAD']);
  const number = createHash('sha256').update(stdout).digest().readUInt32BE(0) % 10;
  return deathsIn(moments, `${String(number)}/10`);
}

const chosen = await sampled();

/**
 * One machine controls both hosts, and its xen-backup is killed: what is left on the hosts is what
 * a power cut of that machine leaves. Nothing but `recover` cleans up.
 */
describe('a run that is killed', () => {
  useLab('kill.test.ts');
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'xen-backup-kill-'));
    await writeFile(path.join(folder, 'config.yaml'), outerConfiguration(['dc1']));
    await clearOut();
    const smaller = await program('run', 'dc1', '--allow-deletes');
    expect(smaller, smaller.stderr).toMatchObject({ exitCode: 0 });
    await changeGuest('dc1');
  }, runTimeoutMs);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const program = (...words: readonly string[]) =>
    execa(process.execPath, [bundleFile, '--config', path.join(folder, 'config.yaml'), ...words], {
      reject: false,
      timeout: runTimeoutMs,
      stdin: 'ignore',
      // An orderly teardown takes longer than the five seconds that execa gives by itself.
      forceKillAfterDelay: false,
    });

  /** Runs until the moment has come and sends the signal then. @returns how it ended. */
  async function runUntil(moment: Moment, signal: 'SIGKILL' | 'SIGTERM') {
    const running = program('run', 'dc1', '--json');
    const watcher = new MomentWatcher(moment);
    createInterface({ input: running.stdout }).on('line', (line) => {
      if (watcher.hasCome(line)) running.kill(signal);
    });
    const { exitCode, signal: endedBy, stderr } = await running;
    expect(watcher.isOver, `the moment never came: ${stderr}`).toBe(true);
    return { exitCode, endedBy };
  }

  test.each(chosen.map((moment) => [`${moment.when} ${moment.kind} on ${moment.host}`, moment]))(
    'leaves nothing after recover when it dies %s',
    async (_, moment) => {
      if (typeof moment === 'string') throw new Error('no moment');
      expect(await runUntil(moment, 'SIGKILL')).toMatchObject({ endedBy: 'SIGKILL' });
      const recovered = await program('recover');
      expect(recovered, recovered.stderr).toMatchObject({ exitCode: 0 });
      expect(await lab.residue()).toEqual([]);
    },
    runTimeoutMs,
  );

  test(
    'by SIGTERM in the middle of a copy leaves nothing, without recover, and ends in 143',
    async () => {
      const copying = { when: 'before', kind: 'copy', host: 'dom0b' } as const;
      expect(await runUntil(copying, 'SIGTERM')).toMatchObject({ exitCode: 143 });
      expect(await lab.residue()).toEqual([]);
    },
    runTimeoutMs,
  );

  test(
    'is followed by a good one: the standby is what the source is',
    async () => {
      const run = await program('run', 'dc1');
      expect(run, run.stderr).toMatchObject({ exitCode: 0 });
      expect((await lab.compareReplica('dc1')).differences).toEqual([]);
      expect(await lab.residue()).toEqual([]);
    },
    runTimeoutMs,
  );
});
