import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lab } from '../lab.js';
import { changeGuest } from './changes.js';
import { bundleFile, outerConfiguration, runTimeoutMs, useLab } from './use-lab.js';

/** One machine controls both hosts by SSH; the data goes from host to host over their own link. */
describe('xen-backup on a third machine', () => {
  useLab('outer-machine.test.ts');
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'xen-backup-outer-'));
    await writeFile(path.join(folder, 'config.yaml'), outerConfiguration(['dc1']));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function fromOutside(...words: readonly string[]) {
    const configuration = ['--config', path.join(folder, 'config.yaml')];
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [bundleFile, ...configuration, ...words],
      { reject: false, timeout: runTimeoutMs, stdin: 'ignore' },
    );
    return { exitCode, stdout, stderr };
  }

  test('replicates the guest wherever it runs', async () => {
    await changeGuest('dc1');
    expect(await fromOutside('run', 'dc1')).toMatchObject({ exitCode: 0 });
    expect((await lab.compareReplica('dc1')).differences).toEqual([]);
  });

  test('leaves nothing behind on either host, and nothing running', async () => {
    expect(await lab.residue()).toEqual([]);
  });
});
