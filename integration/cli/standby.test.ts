import { describe, expect, it } from 'vitest';
import { createSimulation } from '../../fakes/simulation.js';
import { parseScenario } from '../../fakes/scenario/load.js';
import { CommandLine, threeHosts } from './harness.js';

const file = 'three-hosts.yaml';
const words = ['--simulate', file, '--world', 'world.json'];
const disk = '/dev/VolGroupXX/LogVolDc1';

type Argv = readonly [string, ...string[]];

/** A world in which dc1 was replicated once; then an operator types these commands on dom0b. */
async function replicatedThen(...commands: readonly Argv[]): Promise<CommandLine> {
  const line = new CommandLine();
  expect((await line.run(...words, 'run', 'dc1')).exitCode).toBe(0);
  await operate(line, ...commands);
  return line;
}

async function operate(line: CommandLine, ...commands: readonly Argv[]): Promise<void> {
  const saved = { text: line.worlds.get('world.json') ?? '', file: 'world.json' };
  const simulation = await createSimulation(parseScenario(threeHosts, file), saved);
  const host = simulation.configuration?.configuration.hosts.find(({ name }) => name === 'dom0b');
  if (host === undefined) throw new Error('no dom0b');
  const runner = await simulation.connect(host);
  for (const argv of commands) {
    const { exitCode, stderr } = await runner.run({ argv });
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
    // A guest boots, and writes, for a while.
    await simulation.clock.sleep(20_000);
  }
  line.worlds.set('world.json', await simulation.save());
}

const boot: readonly Argv[] = [
  ['virsh', '-c', 'xen:///system', 'start', 'dc1'],
  ['virsh', '-c', 'xen:///system', 'shutdown', 'dc1'],
];

const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

describe('a standby that was started by hand, and shut down', () => {
  it('is refused by run, plan and check, and what to type is said', async () => {
    const line = await replicatedThen(...boot);
    const run = await line.run(...words, 'run', 'dc1');
    expect(run.exitCode).toBe(10);
    const said = flat(run.stdout + run.stderr);
    expect(said).toMatch(
      /the standby of dc1 (on dom0b )?was used since replication 1 from dom0a, recorded at \d{4}-.*: .*VolGroup00\/LogVol00 \(ext3\).* changed/,
    );
    expect(said).toContain('This happens when dc1 was started on dom0b, also for a moment');
    expect(said).toContain('xen-backup run dc1 --target dom0b --discard-standby-changes dc1');
    const plan = await line.run(...words, 'plan', 'dc1');
    expect(plan.exitCode).toBe(4);
    expect(flat(plan.stdout)).toContain('was used since replication 1 from dom0a');
    const check = await line.run(...words, 'check', 'dc1');
    expect(check.exitCode).toBe(4);
    expect(flat(check.stdout)).toMatch(/FAIL.*was used since replication 1/);
  });

  it.each([[[]], [['stdout', 'stderr']]] as const)(
    'is overwritten only where the guest is named twice, whether on a terminal %j',
    async (terminals) => {
      const before = await replicatedThen(...boot);
      const line = new CommandLine({ terminals });
      line.worlds.set('world.json', before.worlds.get('world.json') ?? '');
      const wrong = await line.run(...words, 'run', 'dc2', '--discard-standby-changes', 'dc1');
      expect(wrong.exitCode).toBe(2);
      expect(flat(wrong.stderr)).toContain('xen-backup run dc1 --discard-standby-changes dc1');
      const all = await line.run(...words, 'run', '--discard-standby-changes', 'dc1');
      expect(all.exitCode).toBe(2);
      const right = await line.run(...words, 'run', 'dc1', '--discard-standby-changes', 'dc1');
      expect(right.exitCode).toBe(0);
      expect((await line.run(...words, 'run', 'dc1')).exitCode).toBe(0);
    },
  );
});

describe('a standby that was only looked at', () => {
  it('is as good as before', async () => {
    const line = await replicatedThen(
      ['kpartx', '-a', '-r', '-p', 'p', disk],
      ['blkid', '-p', '-o', 'export', disk],
      ['mount', '-t', 'ext3', '-o', 'ro,noload', '/dev/mapper/VolGroupXX-LogVolDc1p1', '/mnt'],
      ['umount', '/mnt'],
      // The host's udev has activated what it saw.
      ['vgchange', '-an', 'VolGroup00'],
      ['kpartx', '-d', '-p', 'p', disk],
    );
    expect((await line.run(...words, 'run', 'dc1')).exitCode).toBe(0);
  });
});

describe('a standby in use', () => {
  it('is refused while its guest is paused', async () => {
    const line = await replicatedThen(
      ['virsh', '-c', 'xen:///system', 'start', 'dc1'],
      ['virsh', '-c', 'xen:///system', 'suspend', 'dc1'],
    );
    const { exitCode, stdout, stderr } = await line.run(...words, 'run', 'dc1');
    expect(exitCode).toBe(10);
    expect(flat(stdout + stderr)).toMatch(/the standby of dc1 (on dom0b )?is paused|is paused/);
  });

  it('is refused while it is mounted, and who holds it is named', async () => {
    const line = await replicatedThen(
      ['kpartx', '-a', '-p', 'p', disk],
      ['mount', '-t', 'ext3', '/dev/mapper/VolGroupXX-LogVolDc1p1', '/mnt'],
    );
    const { exitCode, stdout, stderr } = await line.run(...words, 'run', 'dc1', '-v');
    expect(exitCode).toBe(10);
    const said = flat(stdout + stderr);
    expect(said).toMatch(
      /VolGroupXX\/LogVolDc1 \(disk xvda of dc1\).* is in use: .*map VolGroupXX-LogVolDc1p1/,
    );
    expect(said).toContain('mount /mnt on VolGroupXX-LogVolDc1p1');
  });

  it('is refused while the host has its volume group active, and the way out is said', async () => {
    const line = await replicatedThen(
      ['kpartx', '-a', '-p', 'p', disk],
      ['vgchange', '-ay', 'VolGroup00'],
    );
    const { exitCode, stdout, stderr } = await line.run(...words, 'run', 'dc1');
    expect(exitCode).toBe(10);
    const said = flat(stdout + stderr);
    expect(said).toContain('map VolGroup00-LogVol00 (an active logical volume)');
    expect(said).toContain('vgchange -an VolGroup00');
    expect(said).toContain(`kpartx -d -p p ${disk}`);
  });
});
