import { lab } from '../lab.js';

/** A guest's root, changed in every way that an administrator's day changes one. */
const changes = [
  'PATH=/run/bin',
  'cd /root',
  'mkdir -p made/deep/er',
  'echo "made while it ran" > made/deep/er/new-file',
  'ln made/deep/er/new-file made/second-name',
  'ln -s /etc/hostname made/soft',
  'mknod made/device c 1 3',
  'mkfifo made/pipe',
  'head -c 200000 /dev/urandom > made/random',
  'truncate -s 8M made/hole',
  'chown 1234:4321 made/random',
  'chmod 4751 made/random',
  'touch -d "2009-04-03 12:34:56" made/pipe',
  'echo changed >> /odd/names/semi\\;colon',
  'rm -f "/odd/names/with space"',
  'rm -rf /odd/empty-folder',
  'mv /odd/links/first /odd/links/renamed',
  'rm -f /odd/times/future; mkdir /odd/times/future',
  'chmod 711 /odd/owners/sticky',
  'echo more > /boot/added',
  'sync',
] as const;

/** What a test looks for on the standby after {@link changeGuest}. */
export const proofOfChanges = 'made while it ran';

/** The guest's owner works: files are made, changed, renamed, replaced and removed. */
export async function changeGuest(guest: string): Promise<void> {
  await lab.inGuest(guest, changes.join('; '));
}

/**
 * Leaves dc1 some hundred files, for tests of steps and refusals: a run over thousands takes minutes
 * longer on an emulated host. The next run needs `--allow-deletes`.
 */
export async function clearOut(): Promise<void> {
  await lab.inGuest('dc1', 'PATH=/run/bin; rm -rf /usr/share /usr/lib/tools; sync');
}
