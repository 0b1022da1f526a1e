import { expect, test } from 'vitest';
import { lab } from '../lab.js';
import { changeGuest, proofOfChanges } from './changes.js';
import { runTimeoutMs, xenBackup } from './use-lab.js';

/** The main job on the host that runs the guest, and the reason for it: tests to be told in order. */
export function itReplicatesTheArticleGuest(): void {
  test('replicates what the running guest changed, and ends with 0', async () => {
    await changeGuest('dc1');
    const before = await lab.compareReplica('dc1');
    expect(before.differences.length).toBeGreaterThan(15);
    const run = await xenBackup('dom0a', 'run', 'dc1');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toContain('dc1');
  });

  test('leaves identical trees: content, modes, owners, times, links, attributes', async () => {
    const { differences, files } = await lab.compareReplica('dc1');
    expect(differences).toEqual([]);
    expect(files).toBeGreaterThan(5_000);
  });

  test('leaves nothing behind on either host', async () => {
    expect(await lab.residue()).toEqual([]);
  });

  test(
    'leaves a standby that boots to its login prompt, with the files in it',
    async () => {
      const console = await lab.bootStandby('dc1');
      expect(console).toContain('dc1 login:');
      const text = await lab.inGuest('dc1', 'cat /root/made/second-name', 'dom0b');
      expect(text).toContain(proofOfChanges);
    },
    runTimeoutMs,
  );
}
