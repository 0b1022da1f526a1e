import { describe, expect, it } from 'vitest';
import { planMounts } from '../../src/core/index.js';
import { GuestMachine } from '../../src/core/testing/guest-machine.contract.js';
import { fileSystem, partitioned } from '../../src/core/testing/layout.contract.js';
import { scenario, Stage } from './stage.js';

/** Far more than the work takes, far less than anything that grows with the square. */
const limitMs = 10_000;

describe('failure case 20: sizes that no honest guest has', () => {
  it('a huge fstab is refused with its path and the limit, and nothing is left', async () => {
    const comment = `                          # ${'x'.repeat(300_000)}\n`;
    const text = scenario('wrong-fstab').replace('/etc/fstab: |\n', `/etc/fstab: |\n${comment}`);
    const stage = await Stage.open(text);
    const before = stage.trees('dom0b', 'dc1');
    const { exitCode, guests } = await stage.run('dc1');
    expect(exitCode).toBe(10);
    expect(guests[0]).toMatchObject({ code: 'file-unreadable' });
    expect(guests[0]?.reason).toMatch(/etc\/fstab.* is larger than 262144 bytes/);
    expect(guests[0]?.reason?.length).toBeLessThan(500);
    expect(stage.trees('dom0b', 'dc1')).toEqual(before);
    expect(await stage.left()).toEqual([]);
  });

  it('thousands of partitions are refused', () => {
    expect(() => machineWith(2_000).tree()).toThrow('more than any real guest has');
  });

  it('hundreds of file systems, and lines for thousands, are planned at once', () => {
    const lines = Array.from({ length: 3_000 }, (_, index) => lineFor((index % 300) + 1));
    const startMs = performance.now();
    const { order, leftOut } = planMounts(machineWith(300).tree(), lines.join(''));
    expect(order).toHaveLength(300);
    expect(leftOut).toHaveLength(2_700);
    expect(performance.now() - startMs).toBeLessThan(limitMs);
  });
});

function machineWith(partitions: number): GuestMachine {
  const fileSystems = Array.from({ length: partitions }, (_, index) =>
    fileSystem('ext4', `u${String(index + 1)}`),
  );
  return new GuestMachine({
    disks: new Map([['xvda', partitioned('gpt', fileSystems)]]),
    groups: [],
  });
}

function lineFor(number: number): string {
  return `UUID=u${String(number)} /d${String(number)} ext4\n`;
}
