import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lab } from '../lab.js';
import { bundleFile, pairConfiguration, useLab, xenBackup } from './use-lab.js';

/** An operator attaches the scenario to a report; the plan at another desk is the one here. */
describe('a capture of the pair', () => {
  useLab('capture.test.ts', pairConfiguration({ guests: ['dc1', 'dc2'] }));
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'xen-backup-capture-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(['dc1', 'dc2'])('%s: plan on it equals plan on the pair', async (guest) => {
    const real = await xenBackup('dom0a', 'plan', guest, '--format', 'json');
    const captured = await xenBackup('dom0a', 'capture', guest, '--keep-names');
    expect(captured).toMatchObject({ exitCode: 0 });
    const file = path.join(folder, `${guest}.yaml`);
    await writeFile(file, captured.stdout);
    const argv = [bundleFile, '--simulate', file, 'plan', guest, '--format', 'json'];
    const desk = await execa(process.execPath, argv, { reject: false, stdin: 'ignore' });
    expect(desk.exitCode).toBe(real.exitCode);
    expect(comparable(desk.stdout)).toEqual(comparable(real.stdout));
  });

  test('names nothing of the pair unless it is to', async () => {
    const { stdout } = await xenBackup('dom0a', 'capture', 'dc1');
    expect(stdout).not.toMatch(/dom0[ab]|\bdc1\b/);
    expect(stdout).toContain('host1');
  });

  test('leaves nothing behind on either host', async () => {
    expect(await lab.residue()).toEqual([]);
  });
});

/** Without numbers of steps and objects: real hosts work at their own pace. */
function comparable(text: string): unknown {
  const { runId, guests } = JSON.parse(text) as {
    readonly runId: string;
    readonly guests: readonly Readonly<Record<string, unknown>>[];
  };
  const plain = guests.map(({ steps: _steps, teardown: _teardown, ...plan }) => plan);
  const own = new RegExp(`${runId}-\\d+`, 'g');
  return JSON.parse(JSON.stringify(plain).replace(own, 'OWN'));
}
