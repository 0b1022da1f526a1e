import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/index.js';
import { guestOf } from '../testing/memory-world.contract.js';
import { ThreeHosts, twoDiskLayout } from '../testing/three-hosts.contract.js';

describe('guests share nothing', () => {
  it('a second guest has its own devices, targets and mount points', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.push(guestOf('two', ['a', 'b']));
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    const { plans } = await hosts.run();
    const [first, second] = plans.map(({ steps }) =>
      steps.flatMap((step) =>
        'name' in step
          ? [`${step.host} ${step.name}`]
          : 'mountPoint' in step
            ? [`${step.host} ${step.mountPoint}`]
            : [],
      ),
    );
    expect(first!.filter((name) => second!.includes(name))).toEqual([]);
    expect(plans[1]?.targets.map(({ host }) => host)).toEqual(['b']);
    expect(hosts.data('c', ['two-root'])).toEqual(['old']);
  });

  it('the failure of one does not keep the others from being replicated', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.push(guestOf('two', ['a', 'b']));
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    hosts.world.fail(
      /create-snapshot .* of dc1/,
      new XenBackupError('volume-group-full', { message: 'full' }),
    );
    const { report } = await hosts.run();
    expect(report.exitCode).toBe(10);
    expect(report.guests.map(({ guest, outcome }) => [guest, outcome])).toEqual([
      ['dc1', 'failed'],
      ['two', 'done'],
    ]);
  });
});

describe('a host that acts for itself', () => {
  it('replicates only what it runs', async () => {
    for (const [acting, outcome] of [
      ['a', 'done'],
      ['b', 'skipped'],
    ] as const) {
      const hosts = new ThreeHosts();
      hosts.world.actingHost = acting;
      const { report } = await hosts.run();
      expect(report).toMatchObject({ exitCode: 0, guests: [{ outcome }] });
    }
  });
});
