import { beforeEach, describe, expect, it } from 'vitest';
import { FileContent } from '../../fakes/filesystem/content.js';
import { makeDirectory, writeFile } from '../../fakes/filesystem/files.js';
import { hookScript } from '../../src/composition/hook/index.js';
import { scenario, Stage } from './stage.js';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open(scenario('wrong-fstab'));
  for (const host of ['dom0a', 'dom0b']) installHook(host);
});

function installHook(host: string, text = hookScript('installed by a test')): void {
  const machine = stage.machine(host);
  for (const directory of ['/etc/libvirt', '/etc/libvirt/hooks']) {
    makeDirectory(machine, directory, 0o755);
  }
  writeFile(machine, '/etc/libvirt/hooks/libxl', FileContent.fromText(text), { mode: 0o755 });
}

/** What somebody on that host is told, and the exit code. */
async function start(host: string): Promise<string> {
  const runner = stage.simulation.runner(stage.machine(host));
  const { exitCode, stdout, stderr } = await runner.run({ argv: ['virsh', 'start', 'dc1'] });
  return `${stdout}${stderr}exit ${String(exitCode)}`;
}

/** Somebody starts the guest on a host while the pass that writes is under way, for a minute. */
function startingAt(host: string): Promise<string> {
  const writing = { machine: 'dom0a', command: 'xen-backup-send', occurrence: 3 } as const;
  const moment = { kind: 'before' } as const;
  return new Promise((resolve, reject) => {
    stage.simulation.addFault({
      name: 'somebody starts the guest',
      match: writing,
      moment,
      effect: { kind: 'happen', happen: () => void start(host).then(resolve, reject) },
    });
    stage.simulation.addFault({
      name: 'a slow copy',
      match: writing,
      moment,
      effect: { kind: 'delay', durationMs: 60_000 },
    });
  });
}

describe('with the hook installed', () => {
  it('a standby being written cannot be started, and the run is a good one', async () => {
    const said = startingAt('dom0b');
    const { exitCode } = await stage.run('dc1');
    expect(await said).toMatch(
      /^\nerror: Failed to start domain 'dc1'\nerror: Hook script execution failed: internal error: Child process \(LC_ALL=C PATH=\S+ \/etc\/libvirt\/hooks\/libxl dc1 prepare begin -\) unexpected exit status 1: xen-backup: this guest must not start now: a run of xen-backup writes its disks: \{"runId".*\n\nexit 1$/,
    );
    expect(exitCode).toBe(0);
    expect(stage.simulation.violations).toEqual([]);
    expect(stage.differences('dc1', 'dom0a', 'dom0b')).toEqual([]);
  });

  it('nor one that a killed run has left open, until recover', async () => {
    stage.simulation.addFault({
      name: 'death',
      match: { machine: 'dom0a', command: 'xen-backup-send', occurrence: 3 },
      moment: { kind: 'after' },
      effect: { kind: 'die' },
    });
    await stage.die();
    await stage.simulation.settle();
    expect(await start('dom0b')).toContain('if no run is at work: xen-backup recover');
    expect((await stage.recover()).exitCode).toBe(0);
    expect(await start('dom0b')).toContain("Domain 'dc1' started");
    expect(stage.simulation.violations).toEqual([]);
  });

  it('a standby at rest can be started', async () => {
    expect((await stage.run('dc1')).exitCode).toBe(0);
    expect(await start('dom0b')).toContain("Domain 'dc1' started");
  });
});

describe('without it', () => {
  it('a standby being written can be started: the run finds out, and the standby stays torn', async () => {
    stage = await Stage.open(scenario('wrong-fstab'));
    const said = startingAt('dom0b');
    const { exitCode } = await stage.run('dc1');
    expect(await said).toContain("Domain 'dc1' started");
    expect(exitCode).toBe(10);
    expect(stage.simulation.violations).not.toEqual([]);
  });
});
