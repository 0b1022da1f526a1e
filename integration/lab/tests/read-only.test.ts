import { describe, expect, test } from 'vitest';
import { guestSpec } from '../guests.js';
import { hostVolumeGroup } from '../hosts.js';
import { lab } from '../lab.js';
import { changeGuest } from './changes.js';
import { useLab, xenBackup } from './use-lab.js';

/** SHA-256 of each of the standby's volumes, read past the page cache, and what is remembered. */
async function standbyBytes(guest: string): Promise<string> {
  const volumes = guestSpec(guest).disks.map(({ volume }) => `/dev/${hostVolumeGroup}/${volume}`);
  const script = [
    'set -eu',
    'for volume; do dd if="$volume" bs=4M iflag=direct status=none | sha256sum; done',
    'find /var/lib/xen-backup -type f -path "*records*" -exec sha256sum {} + 2>/dev/null || :',
  ].join('\n');
  return lab.host('dom0b').must(['sh', '-c', script, 'bytes', ...volumes], { timeoutMs: 600_000 });
}

/** What only asks must not write: not a byte, not even a mount time. */
describe.each([
  ['plan', ['plan', 'dc1']],
  ['check', ['check', 'dc1']],
  ['a dry run', ['run', 'dc1', '--dry-run']],
] as const)('%s', (name, words) => {
  useLab(`read-only.test.ts: ${name}`);

  test('changes no byte of the standby', async () => {
    await changeGuest('dc1');
    const before = await standbyBytes('dc1');
    const { exitCode, stdout } = await xenBackup('dom0a', ...words);
    expect(stdout).toContain('dc1');
    expect(exitCode).toBe(0);
    expect(await standbyBytes('dc1')).toBe(before);
  });

  test('leaves nothing behind on either host', async () => {
    expect(await lab.residue()).toEqual([]);
  });
});
