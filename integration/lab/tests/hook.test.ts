import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExecResult } from '../host.js';
import { lab } from '../lab.js';
import { clearOut } from './changes.js';
import { MomentWatcher } from './moments.js';
import { bundleFile, outerConfiguration, runTimeoutMs, useLab, xenBackup } from './use-lab.js';

const start = () => lab.host('dom0b').exec(['virsh', 'start', 'dc1'], { timeoutMs: 300_000 });

/** libvirt itself refuses what would write beside a run. */
describe('a host with the hook', () => {
  useLab('hook.test.ts');
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'xen-backup-hook-'));
    await writeFile(path.join(folder, 'config.yaml'), outerConfiguration(['dc1']));
    await clearOut();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A run; `meanwhile` happens when it begins to write the standby. */
  async function runWhile(meanwhile: () => Promise<ExecResult>) {
    const configuration = ['--config', path.join(folder, 'config.yaml')];
    const words = ['run', 'dc1', '--allow-deletes', '--json'];
    const running = execa(process.execPath, [bundleFile, ...configuration, ...words], {
      reject: false,
      timeout: runTimeoutMs,
      stdin: 'ignore',
    });
    const watcher = new MomentWatcher({ when: 'before', kind: 'copy', host: 'dom0b' });
    let happened: Promise<ExecResult> | undefined;
    createInterface({ input: running.stdout }).on('line', (line) => {
      if (watcher.hasCome(line)) happened = meanwhile();
    });
    const { exitCode, stderr } = await running;
    return { exitCode, stderr, happened: await happened };
  }

  test('gets it as documented', async () => {
    expect(await xenBackup('dom0b', 'hook', '--install')).toMatchObject({ exitCode: 0 });
    await lab.host('dom0b').must(['systemctl', 'restart', 'libvirtd']);
  });

  test(
    'starts no standby that a run is writing, and the run is a good one',
    async () => {
      const { exitCode, stderr, happened } = await runWhile(start);
      expect(happened).toMatchObject({ exitCode: 1, stdout: '\n' });
      expect(happened?.stderr).toMatch(
        /^error: Failed to start domain 'dc1'\nerror: Hook script execution failed: internal error: Child process \(LC_ALL=C .*\/etc\/libvirt\/hooks\/libxl dc1 prepare begin -\) unexpected exit status 1: xen-backup: this guest must not start now: a run of xen-backup writes its disks: \{"runId".*\n\n$/,
      );
      expect(exitCode, stderr).toBe(0);
      expect((await lab.compareReplica('dc1')).differences).toEqual([]);
      expect(await lab.residue()).toEqual([]);
    },
    runTimeoutMs,
  );

  test('starts it after the run', async () => {
    expect(await start()).toMatchObject({ exitCode: 0 });
    await lab.host('dom0b').must(['virsh', 'destroy', 'dc1']);
  });
});
