import { beforeEach, describe, expect, it } from 'vitest';
import { keyOf } from '../block/devices.js';
import { fileCommands } from '../commands/files.js';
import { noteWrite } from '../block/writes.js';
import { exists } from '../filesystem/files.js';
import { mountDevice } from '../filesystem/mounting.js';
import { makeDirectories } from '../filesystem/tree-paths.js';
import { KernelError } from '../filesystem/errno.js';
import { recorded } from '../recorded-host.contract.js';
import { TestMachine } from '../test-machine.contract.js';

describe('dmeventd', () => {
  let host: TestMachine;

  beforeEach(() => {
    host = new TestMachine();
    const image = host.format(host.volume('origin', 64));
    for (const path of ['/keep', '/lost+found']) {
      makeDirectories(image.tree, path, { seconds: 0, nanoseconds: 0 });
    }
  });

  async function snapshot(monitor: 'y' | 'n'): Promise<void> {
    const size = '--size=8m';
    const made = await host.run([
      'lvcreate',
      '-s',
      '--monitor',
      monitor,
      '-n',
      'snap',
      size,
      'VG/origin',
    ]);
    expect(made.exitCode).toBe(0);
    mountDevice(host.machine, {
      device: '/dev/VG/snap',
      mountPoint: '/snap',
      type: 'ext4',
      options: ['ro'],
    });
    expect(exists(host.machine, '/snap/keep')).toBe(true);
  }

  function overflow(): void {
    const key = keyOf(host.device('/dev/VG/origin').number);
    noteWrite(host.machine, key, { start: 0, sectors: 32 * 2048 });
  }

  it('unmounts a monitored snapshot that overflowed, so that its mount point is just empty', async () => {
    await snapshot('y');
    overflow();
    await host.wait(5000);
    expect(host.machine.mounts.map(({ mountPoint }) => mountPoint)).toEqual(['/']);
    expect(exists(host.machine, '/snap/keep')).toBe(false);
  });

  it('leaves an unmonitored one mounted: reading it is an input/output error', async () => {
    await snapshot('n');
    overflow();
    await host.wait(5000);
    expect(host.machine.mounts).toHaveLength(2);
    expect(() => exists(host.machine, '/snap/keep')).toThrow(KernelError);
    expect(host.machine.kernelLog.at(-1)?.text).toMatch(/Invalidating snapshot/);
  });

  it('makes ls answer as recorded: names before, an empty listing with exit 0 after', async () => {
    const listing = async (name: string) => {
      const { argv, ...answer } = recorded(`mount/snapshot-listing-${name}-overflow`);
      const [, path = ''] = argv;
      expect(path).toBe('/mnt/snap');
      const entry = fileCommands['ls'];
      if (entry?.kind !== 'plain') throw new Error('ls is not simulated');
      const { exitCode, stdout, stderr } = answer;
      expect(await entry.run(host.machine, ['ls', '/snap'], '')).toEqual({
        exitCode,
        stdout,
        stderr,
      });
    };
    await snapshot('y');
    await listing('before');
    overflow();
    await host.wait(5000);
    await listing('after');
  });

  it('does nothing when it does not run', async () => {
    host.machine.eventDaemon.running = false;
    await snapshot('y');
    overflow();
    await host.wait(5000);
    expect(host.machine.mounts).toHaveLength(2);
  });
});
