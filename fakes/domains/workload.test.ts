import { describe, expect, it } from 'vitest';
import { contentOn } from '../block/contents.js';
import { keyOf, requireDeviceAt } from '../block/devices.js';
import { activeSnapshots, snapshotFill } from '../block/snapshots.js';
import { asSimulated } from '../filesystem/as-simulated.js';
import type { SimulatedFileSystem } from '../filesystem/file-system.js';
import { findPath } from '../filesystem/tree-paths.js';
import { parseScenario } from '../scenario/load.js';
import { createSimulation, type Simulation } from '../simulation.js';
import type { Machine } from '../world/state.js';

/** A guest with a file system on each of two disks, which writes a counter to both every second. */
async function open(state = 'running'): Promise<{
  readonly simulation: Simulation;
  readonly machine: Machine;
}> {
  const text = `version: 1
hosts:
  dom0a:
    volumeGroups: { VG: { size: 2GiB } }
    volumes:
      VG/one: { size: 256MiB, content: { fileSystem: ext4, files: { /etc/fstab: "" } } }
      VG/two: { size: 256MiB, content: { fileSystem: ext4 } }
domains:
  guest:
    disks: { xvda: /dev/VG/one, xvdb: /dev/VG/two }
    hosts: { dom0a: ${state} }
    writes: { every: 1s, bytes: 64KiB, counterFile: /counter }
`;
  const simulation = await createSimulation(parseScenario(text, 'guest.yaml'));
  return { simulation, machine: simulation.machine('dom0a') };
}

function fileSystemAt(machine: Machine, path: string): SimulatedFileSystem {
  const content = contentOn(machine, keyOf(requireDeviceAt(machine, path).number))?.content;
  if (content?.kind !== 'file-system') throw new Error(`no file system on ${path}`);
  return asSimulated(content.image);
}

function counter(machine: Machine, path: string): number {
  const { tree } = fileSystemAt(machine, path);
  return Number(findPath(tree, '/counter')?.content.text() ?? '0');
}

async function snapshot(simulation: Simulation, machine: Machine, sizeMiB: number): Promise<void> {
  const size = `${sizeMiB * 2 ** 20}b`;
  const argv = ['lvcreate', '--snapshot', '--yes', '--monitor', 'n', '--name', 'snap'] as const;
  const result = await simulation
    .runner(machine)
    .run({ argv: [...argv, '--size', size, 'VG/one'] });
  expect(result.exitCode).toBe(0);
}

describe('a running guest', () => {
  it('writes as time passes, the same number to all of its disks at one instant', async () => {
    const { simulation, machine } = await open();
    // Between two of its rounds, so that it is clear which are over.
    await simulation.clock.sleep(500);
    for (const seconds of [3, 1, 10]) {
      const before = counter(machine, '/dev/VG/one');
      await simulation.clock.sleep(seconds * 1000);
      expect(counter(machine, '/dev/VG/one')).toBe(before + seconds);
      expect(counter(machine, '/dev/VG/two')).toBe(before + seconds);
    }
  });

  it('fills a snapshot of its disk, until that breaks', async () => {
    const { simulation, machine } = await open();
    await snapshot(simulation, machine, 8);
    const fill = (): number => {
      const [active] = activeSnapshots(machine);
      return active === undefined ? 0 : snapshotFill(machine, active).usedSectors;
    };
    const early = fill();
    await simulation.clock.sleep(10_000);
    expect(fill()).toBeGreaterThanOrEqual(early + 9 * 128);
    await simulation.clock.sleep(120_000);
    expect(activeSnapshots(machine)[0]?.store.status).toBe('invalid');
  });

  it('is shown by a snapshot as it was, with a journal that needs recovery', async () => {
    const { simulation, machine } = await open();
    await simulation.clock.sleep(20_000);
    const taken = counter(machine, '/dev/VG/one');
    await snapshot(simulation, machine, 128);
    await simulation.clock.sleep(30_000);
    const { tree, unreplayedTree, journal } = fileSystemAt(machine, '/dev/VG/snap');
    const shown = Number(findPath(tree, '/counter')?.content.text());
    expect([taken, taken + 1]).toContain(shown);
    expect(journal).toBe('needs-recovery');
    expect(Number(findPath(unreplayedTree, '/counter')?.content.text())).toBeLessThan(shown);
  });

  it('writes nothing while it is paused, and goes on afterwards', async () => {
    const { simulation, machine } = await open();
    const site = simulation.site('dom0a');
    await simulation.clock.sleep(500);
    site.suspendGuest('guest');
    const before = counter(machine, '/dev/VG/one');
    await simulation.clock.sleep(5000);
    expect(counter(machine, '/dev/VG/one')).toBe(before);
    site.resumeGuest('guest');
    await simulation.clock.sleep(5000);
    expect(counter(machine, '/dev/VG/one')).toBe(before + 5);
  });

  it('unmounts when it is shut down, and not when its plug is pulled', async () => {
    const orderly = await open();
    orderly.simulation.site('dom0a').shutDownGuest('guest');
    expect(fileSystemAt(orderly.machine, '/dev/VG/one').journal).toBe('clean');
    const crashed = await open();
    crashed.simulation.site('dom0a').destroyGuest('guest');
    expect(fileSystemAt(crashed.machine, '/dev/VG/one').journal).toBe('needs-recovery');
    await crashed.simulation.clock.sleep(5000);
    expect(counter(crashed.machine, '/dev/VG/one')).toBe(0);
  });

  it('leaves marks of its use in the superblock, even when it writes nothing', async () => {
    const { simulation, machine } = await open('shut off');
    const before = fileSystemAt(machine, '/dev/VG/two').superblockText();
    simulation.site('dom0a').startGuest('guest');
    simulation.site('dom0a').shutDownGuest('guest');
    expect(fileSystemAt(machine, '/dev/VG/two').superblockText()).not.toBe(before);
  });

  it('holds its disks open, and cannot start without one', async () => {
    const { simulation, machine } = await open();
    const removed = await simulation.runner(machine).run({ argv: ['lvremove', '--yes', 'VG/one'] });
    expect(removed.exitCode).toBe(5);
    simulation.site('dom0a').shutDownGuest('guest');
    await simulation.runner(machine).run({ argv: ['lvremove', '--yes', 'VG/two'] });
    const started = await simulation
      .runner(machine)
      .run({ argv: ['virsh', '-c', 'xen:///system', 'start', 'guest'] });
    expect(started).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("Cannot access storage file '/dev/VG/two'"),
    });
  });
});

describe('two writers on one file system', () => {
  const mount = (simulation: Simulation, machine: Machine, options: string) =>
    simulation
      .runner(machine)
      .run({ argv: ['mount', '-t', 'ext4', '-o', options, '/dev/VG/one', '/mnt'] });

  it('are noticed when a host mounts the disk of a running guest to write', async () => {
    const { simulation, machine } = await open();
    expect((await mount(simulation, machine, 'rw')).exitCode).toBe(0);
    expect(simulation.violations).toEqual([
      expect.stringMatching(/^dom0a: \d+:\d+ was written while guest has it in use$/),
    ]);
  });

  it('are noticed when a guest starts on what a host has mounted to write', async () => {
    const { simulation, machine } = await open('shut off');
    await mount(simulation, machine, 'rw');
    expect(simulation.violations).toEqual([]);
    simulation.site('dom0a').startGuest('guest');
    expect(simulation.violations).toEqual(['dom0a: guest was started while /mnt shows its disk']);
  });

  it('are not seen where one of them only reads, or reads a snapshot', async () => {
    const { simulation, machine } = await open();
    await snapshot(simulation, machine, 128);
    const argv = ['mount', '-t', 'ext4', '-o', 'ro', '/dev/VG/snap', '/mnt'] as const;
    expect((await simulation.runner(machine).run({ argv })).exitCode).toBe(0);
    expect(simulation.violations).toEqual([]);
  });
});
