import { describe, expect, test } from 'vitest';
import { lab } from '../lab.js';
import { changeGuest } from './changes.js';
import { pairConfiguration, useLab, xenBackup } from './use-lab.js';

/** Both guests that run, one after the other; the third is shut off and says so. */
describe('run without names', () => {
  useLab('two-guests.test.ts', pairConfiguration({ guests: ['dc1', 'dc2', 'dc3'] }));

  test('replicates every guest that runs here and skips the one that is shut off', async () => {
    await changeGuest('dc1');
    await lab.inGuest(
      'dc2',
      'PATH=/run/bin; echo new > /srv/new; rm -f /srv/mail/1/1.eml; echo new > /root/new; sync',
    );
    const run = await xenBackup('dom0a', 'run');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toMatch(/dc3.*skipped/);
    for (const guest of ['dc1', 'dc2']) {
      const { differences, files } = await lab.compareReplica(guest);
      expect(differences, guest).toEqual([]);
      expect(files).toBeGreaterThan(200);
    }
  });

  test('leaves nothing behind on either host', async () => {
    expect(await lab.residue()).toEqual([]);
  });
});
