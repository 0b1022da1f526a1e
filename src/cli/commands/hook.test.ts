import { describe, expect, it } from 'vitest';
import { CommandHarness } from './harness.contract.js';
import { registerHookCommand } from './hook.js';

describe('hook', () => {
  it('prints a script', async () => {
    const { exitCode, stdout } = await new CommandHarness().run(
      registerHookCommand,
      'hook',
      '--print',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^#!\/bin\/sh\n# Made by xen-backup /);
    expect(stdout).toContain('locks=/run/xen-backup/locks\n');
  });

  it('installs it for both drivers, and overwrites nobody’s hook', async () => {
    const harness = new CommandHarness({ files: { '/etc/libvirt/hooks/.keep': '' } });
    expect(await harness.run(registerHookCommand, 'hook', '--install')).toMatchObject({
      exitCode: 0,
    });
    const text = harness.volume.readFileSync('/etc/libvirt/hooks/libxl', 'utf8');
    expect(text).toBe(harness.volume.readFileSync('/etc/libvirt/hooks/qemu', 'utf8'));
    const again = await harness.run(registerHookCommand, 'hook', '--install');
    expect(again).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it.each([[], ['--print', '--install']])('does nothing with %j', async (...words) => {
    const { exitCode } = await new CommandHarness().run(
      registerHookCommand,
      'hook',
      ...words.flat(),
    );
    expect(exitCode).toBe(2);
  });
});
