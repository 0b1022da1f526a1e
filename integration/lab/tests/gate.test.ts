import { describe, expect, test } from 'vitest';
import { hostSpec } from '../hosts.js';
import { lab } from '../lab.js';
import { clearOut } from './changes.js';
import { runTimeoutMs, useLab, xenBackup } from './use-lab.js';

const gate = '/usr/local/sbin/xen-backup-gate';
const forced = `restrict,command="exec ${gate}"`;
const limits = '--role target --guest dc1 --volume-group VolGroupXX';
const [source, target] = [() => lab.host('dom0a'), () => lab.host('dom0b')];

/** dom0a’s root as it reaches dom0b, which is how a run reaches it. */
const fromSource = (...words: readonly string[]) =>
  source().exec(['ssh', '-o', 'BatchMode=yes', `root@${hostSpec('dom0b').linkAddress}`, ...words]);

/** A key that opens no more than a run needs, on real hosts. */
describe('a target behind its gate', () => {
  useLab('gate.test.ts');

  test('gets the gate as documented, for the key of the source alone', async () => {
    const install = `xen-backup gate --print ${limits} >${gate} && chmod 755 ${gate}`;
    await target().must(['sh', '-c', install]);
    const line = `s|^\\(ssh-ed25519 .* root@dom0a\\)$|${forced} \\1|`;
    await target().must(['sed', '-i', line, '/root/.ssh/authorized_keys']);
    const keys = await target().must(['cat', '/root/.ssh/authorized_keys']);
    expect(keys.split('\n').filter((each) => each.startsWith(forced))).toHaveLength(1);
  });

  test('refuses a command, a shell and a file with 126, and its log has it', async () => {
    expect(await fromSource('id')).toEqual({
      exitCode: 126,
      stdout: '',
      stderr: 'xen-backup-gate: refused: id\n',
    });
    expect(await fromSource()).toMatchObject({ exitCode: 126, stdout: '' });
    expect(await fromSource('cat', '/etc/shadow')).toMatchObject({ exitCode: 126, stdout: '' });
    const log = await target().must(['journalctl', '-t', 'xen-backup-gate', '-o', 'cat']);
    expect(log).toContain(`refused, from ${hostSpec('dom0a').linkAddress}: cat /etc/shadow\n`);
  });

  test(
    'lets a whole run through: the standby is what the source is, and nothing is left',
    async () => {
      await clearOut();
      const run = await xenBackup('dom0a', 'run', 'dc1', '--allow-deletes');
      expect(run, run.stderr).toMatchObject({ exitCode: 0 });
      expect((await lab.compareReplica('dc1')).differences).toEqual([]);
      expect(await lab.residue()).toEqual([]);
    },
    runTimeoutMs,
  );
});
