import { describe, expect, it } from 'vitest';
import { createHostFiles } from '../../src/adapters/host-files/index.js';
import { createLocks } from '../../src/adapters/locks/index.js';
import type { CommandRunner } from '../../src/ports/index.js';
import { exists } from '../filesystem/files.js';
import { topMountAt } from '../filesystem/mount-table.js';
import { canReach } from '../network/links.js';
import { parseScenario } from '../scenario/load.js';
import { createSimulation, type Simulation } from '../simulation.js';
import type { Machine } from '../world/state.js';
import { commandText, matchesCommand } from './command-text.js';
import { FaultScript } from './script.js';
import type { FaultRule } from './types.js';

interface Opened {
  readonly simulation: Simulation;
  readonly machine: Machine;
  readonly runner: CommandRunner;
}

/** A host with one volume, a guest, and one fault. */
async function open(fault: Record<string, unknown>): Promise<Opened> {
  const text = `version: 1
hosts:
  dom0a:
    volumeGroups: { VG: { size: 1GiB } }
    volumes: { VG/data: { size: 256MiB, content: { fileSystem: ext4 } } }
  dom0b: {}
domains:
  guest: { disks: { xvda: /dev/VG/data }, hosts: { dom0a: shut off } }
faults: [${JSON.stringify({ host: 'dom0a', ...fault })}]
`;
  const simulation = await createSimulation(parseScenario(text, 'faults.yaml'));
  const machine = simulation.machine('dom0a');
  return { simulation, machine, runner: simulation.runner(machine) };
}

const mkdir = ['mkdir', '-m', '700', '--', '/made'] as const;

describe('a pattern of a fault script', () => {
  it('is the beginning of a command line, word by word', () => {
    expect(matchesCommand('lvcreate', 'lvcreate --snapshot')).toBe(true);
    expect(matchesCommand('lv', 'lvcreate --snapshot')).toBe(false);
    expect(matchesCommand('lvcreate * VG/a', 'lvcreate --size 1b VG/a')).toBe(true);
    expect(matchesCommand('mount -t *4', 'mount -t ext4 /dev/x')).toBe(true);
    expect(matchesCommand('a.b', 'axb')).toBe(false);
  });

  it('names a script by its name, not by its text', () => {
    expect(commandText(['sh', '-c', 'cd "$1"', 'xen-backup-send', '/x'])).toBe(
      'xen-backup-send /x',
    );
  });
});

describe('a fault script', () => {
  const rule: FaultRule = {
    name: 'second lvs',
    match: { command: 'lvs', occurrence: 2 },
    moment: { kind: 'before' },
    effect: { kind: 'die' },
  };
  const command = { machine: 'dom0a', argv: ['lvs', '-a'] };

  it('strikes the command that is meant, once', () => {
    const script = new FaultScript([rule]);
    expect(script.arm(command).at('before')).toEqual([]);
    expect(script.arm({ ...command, argv: ['vgs'] }).at('before')).toEqual([]);
    expect(script.arm(command).at('before')).toEqual([rule.effect]);
    expect(script.arm(command).at('before')).toEqual([]);
  });

  it('fails when a fault was never hit, and names it', () => {
    const script = new FaultScript([rule]);
    script.arm(command);
    expect(() => {
      script.requireAllUsed();
    }).toThrow(expect.objectContaining({ code: 'fault-unused', message: 'never hit: second lvs' }));
    script.arm(command).at('before');
    script.requireAllUsed();
  });

  it('counts on where a kept world stopped', () => {
    const first = new FaultScript([rule]);
    first.arm(command);
    const second = new FaultScript([rule]);
    second.restoreCounts(first.counts());
    expect(second.arm(command).at('before')).toEqual([rule.effect]);
  });
});

describe('a fault of a command', () => {
  it.each([
    ['before', false],
    ['after', true],
  ])('fails it %s its effect', async (when, isMade) => {
    const effect = { fail: { exitCode: 7, stderr: 'no\n' } };
    const { machine, runner } = await open({ command: 'mkdir', when, effect });
    expect(await runner.run({ argv: mkdir })).toMatchObject({ exitCode: 7, stderr: 'no\n' });
    expect(exists(machine, '/made')).toBe(isMade);
  });

  it('lets it say that all is well without doing anything', async () => {
    const { machine, runner } = await open({ command: 'mkdir', effect: { lie: '' } });
    expect((await runner.run({ argv: mkdir })).exitCode).toBe(0);
    expect(exists(machine, '/made')).toBe(false);
  });

  it('lets it print something else, or less', async () => {
    const argv = ['uname', '-n'] as const;
    const garbled = await open({ command: 'uname', when: 'after', effect: { garble: '\0?' } });
    expect((await garbled.runner.run({ argv })).stdout).toBe('\0?');
    const cut = await open({ command: 'uname', when: 'after', effect: { truncate: 3 } });
    expect((await cut.runner.run({ argv })).stdout).toBe('dom');
  });

  it('lets it hang until its time is over', async () => {
    const { machine, runner } = await open({ command: 'mkdir', effect: { hang: 'killable' } });
    const run = runner.run({ argv: mkdir, timeoutMs: 5000 });
    await expect(run).rejects.toMatchObject({ code: 'command-timed-out' });
    expect(machine.processes.size).toBe(0);
  });

  it('lets it hang where no signal helps', async () => {
    const { machine, runner } = await open({ command: 'mkdir', effect: { hang: 'stuck' } });
    const run = runner.run({ argv: mkdir, timeoutMs: 5000 });
    await expect(run).rejects.toMatchObject({ code: 'command-stop-unproven' });
    expect([...machine.processes.values()].map(({ state }) => state)).toEqual(['D']);
  });

  it('kills it, or makes it slow', async () => {
    const killed = await open({ command: 'mkdir', effect: { kill: 'TERM' } });
    expect((await killed.runner.run({ argv: mkdir })).exitCode).toBe(143);
    const slow = await open({ command: 'mkdir', effect: { delay: '9s' } });
    expect((await slow.runner.run({ argv: mkdir })).durationMs).toBeGreaterThan(9000);
  });
});

describe('a death of xen-backup', () => {
  it.each([
    ['before', false],
    ['after', true],
  ])('%s the effect of a command: nothing has an effect any more', async (when, isMade) => {
    const { simulation, machine, runner } = await open({
      command: 'mkdir',
      when,
      effect: { die: true },
    });
    await expect(runner.run({ argv: mkdir })).rejects.toThrow('SIGKILL');
    const rmdir = runner.run({ argv: ['rmdir', '--', '/made'] });
    await expect(rmdir).rejects.toThrow('SIGKILL');
    expect(exists(machine, '/made')).toBe(isMade);
    expect(simulation.death.aborted).toBe(true);
    simulation.restart();
    expect(simulation.death.aborted).toBe(false);
    const again = await simulation.runner(machine).run({ argv: ['uname', '-n'] });
    expect(again.stdout).toBe('dom0a\n');
  });

  it('frees the locks that it held on hosts', async () => {
    const { simulation, machine, runner } = await open({ command: 'rmdir', effect: { die: true } });
    const files = createHostFiles({ runner, hostName: 'dom0a' });
    const locks = createLocks({ runner, hostName: 'dom0a', files, clock: simulation.clock });
    const owner = { runId: 'abcdefghij', controller: 'x', processId: 1, since: '2026' };
    expect((await locks.tryLock('guest', owner)).kind).toBe('held');
    expect(machine.fileLocks).toHaveLength(1);
    await expect(runner.run({ argv: ['rmdir', '--', '/x'] })).rejects.toThrow('SIGKILL');
    await simulation.settle();
    expect(machine.fileLocks).toEqual([]);
    expect(machine.processes.size).toBe(0);
  });
});

describe('a fault of the world', () => {
  const uname = { argv: ['uname', '-n'] } as const;

  it('cuts the network for a while', async () => {
    const effect = { cutNetwork: { peer: 'dom0b', lasts: '20s' } };
    const { simulation, runner } = await open({ command: 'uname', effect });
    await runner.run(uname);
    expect(canReach(simulation.world, 'dom0a', 'dom0b')).toBe(false);
    await simulation.clock.sleep(21_000);
    expect(canReach(simulation.world, 'dom0a', 'dom0b')).toBe(true);
  });

  it('cuts us off: the command goes on, we hear nothing of it', async () => {
    const { machine, runner } = await open({ command: 'mkdir', effect: { cutNetwork: {} } });
    const run = runner.run({ argv: mkdir });
    await expect(run).rejects.toMatchObject({ code: 'host-unreachable' });
    expect(exists(machine, '/made')).toBe(true);
    await expect(runner.run(uname)).rejects.toMatchObject({ code: 'host-unreachable' });
  });

  it('fills a file system', async () => {
    const { runner } = await open({ command: 'uname', effect: { fillFileSystem: '/' } });
    await runner.run(uname);
    expect(await runner.run({ argv: mkdir })).toMatchObject({
      exitCode: 1,
      stderr: "mkdir: cannot create directory '/made': No space left on device\n",
    });
  });

  it('holds a mount for a while, and takes one away under everybody', async () => {
    const holding = await open({
      command: 'uname',
      effect: { holdMount: { path: '/m', lasts: '5s' } },
    });
    const mount = async ({ runner }: Opened): Promise<void> => {
      await runner.run({ argv: ['mkdir', '-m', '700', '--', '/m'] });
      await runner.run({ argv: ['mount', '-t', 'ext4', '-o', 'ro', '/dev/VG/data', '/m'] });
      await runner.run(uname);
    };
    await mount(holding);
    const umount = { argv: ['umount', '/m'] } as const;
    expect((await holding.runner.run(umount)).stderr).toBe('umount: /m: target is busy.\n');
    await holding.simulation.clock.sleep(6000);
    expect((await holding.runner.run(umount)).exitCode).toBe(0);
    const taking = await open({ command: 'uname', effect: { unmount: { path: '/m' } } });
    await mount(taking);
    expect(topMountAt(taking.machine, '/m')).toBeUndefined();
  });

  it('starts and stops guests, and libvirt', async () => {
    const starting = await open({ command: 'uname', effect: { startDomain: 'guest' } });
    await starting.runner.run(uname);
    expect(starting.machine.domains.get('guest')?.state).toBe('running');
    const stopping = await open({ command: 'uname', effect: { stopLibvirt: true } });
    await stopping.runner.run(uname);
    expect(stopping.machine.hypervisor.running).toBe(false);
  });

  it('fills every snapshot by real writes', async () => {
    const { machine, runner } = await open({ command: 'uname', effect: { fillSnapshots: true } });
    await runner.run({
      argv: [
        'lvcreate',
        '--snapshot',
        '--yes',
        '--monitor',
        'n',
        '--name',
        's',
        '--size',
        '8388608b',
        'VG/data',
      ],
    });
    await runner.run(uname);
    expect((await runner.run({ argv: ['dmsetup', 'status', 'VG-s'] })).stdout).toBe(
      '0 524288 snapshot Invalid\n',
    );
    expect(machine.kernelLog.map(({ text }) => text).join()).toContain('Invalidating snapshot');
  });
});

describe('output of a command over a connection that is lost', () => {
  it('ends with the connection, also for whoever only reads', async () => {
    const fault = { command: 'uname', effect: { cutNetwork: {} } };
    const { runner, machine } = await open(fault);
    const running = await runner.start({ argv: ['uname', '-n'] });
    const read = async (): Promise<string> => {
      let text = '';
      for await (const chunk of running.stdout) text += chunk;
      return text;
    };
    await expect(read()).rejects.toMatchObject({ code: 'host-unreachable' });
    await expect(running.result).rejects.toMatchObject({ code: 'host-unreachable' });
    expect(machine.processes.size).toBe(0);
  });
});
