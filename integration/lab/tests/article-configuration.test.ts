import { describe, expect, test } from 'vitest';
import { lab } from '../lab.js';
import { changeGuest } from './changes.js';
import { useLab, xenBackup } from './use-lab.js';

const folder = '/root/Works/Xen-Backup/xen-backup.d';

/** What somebody has who used the 2009 script until today: its files, and nothing else. */
describe("run with the 2009 script's configuration", () => {
  useLab('article-configuration.test.ts', '');

  test('replicates the guest that the file names', async () => {
    const host = lab.host('dom0a');
    await host.must(['rm', '-rf', '/etc/xen-backup']);
    await host.must(['mkdir', '-p', folder]);
    await host.must(['tee', `${folder}/dc1.conf`], { stdin: 'DOMU=dc1\nDOM0S="dom0a dom0b"\n' });
    await changeGuest('dc1');
    const run = await xenBackup('dom0a', '--conf-dir', folder, 'run');
    expect(run).toMatchObject({ exitCode: 0 });
    expect((await lab.compareReplica('dc1')).differences).toEqual([]);
  });

  test('skips it on the host that does not run it, and ends with 0', async () => {
    const host = lab.host('dom0b');
    await host.must(['mkdir', '-p', folder]);
    await host.must(['tee', `${folder}/dc1.conf`], { stdin: 'DOMU=dc1\nDOM0S="dom0a dom0b"\n' });
    const run = await xenBackup('dom0b', '--conf-dir', folder, 'run');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toMatch(/dc1.*skipped/);
  });

  test('leaves nothing behind on either host', async () => {
    expect(await lab.residue()).toEqual([]);
  });
});
