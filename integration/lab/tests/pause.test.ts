import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHostFiles } from '../../../src/adapters/host-files/index.js';
import type { SshRunner } from '../../../src/adapters/ssh/index.js';
import { createGuestHolds } from '../../../src/adapters/virsh/holds/index.js';
import { systemClock } from '../../../src/composition/system-clock.js';
import { describeGuestHolds } from '../../contracts/guest-holds.contract.js';
import { lab } from '../lab.js';
import { openRunner } from './host-side.js';
import { countInLockStep, standbyCounters } from './lock-step.js';
import { configure, pairConfiguration, useLab, xenBackup } from './use-lab.js';

// Snapshots of two disks take half a minute here: LVM takes them one after the other.
const pauseLimitMs = 120_000;
const dom0a = lab.host('dom0a');

async function stateOf(guest: string): Promise<string> {
  const answer = await dom0a.must(['virsh', '-c', 'xen:///system', 'domstate', guest]);
  return answer.trim();
}

/** Units and processes of our timers. */
async function timers(): Promise<string> {
  const units = await dom0a.must([
    'systemctl',
    'list-units',
    '--all',
    '--plain',
    '--no-legend',
    'xen-backup-*',
  ]);
  const { stdout } = await dom0a.exec(['pgrep', '-f', '-a', 'xen-backup-timer']);
  return `${units}${stdout}`.trim();
}

/** A guest on two disks stands still for its snapshots, and never for longer than it may. */
describe('consistency: pause on Xen', () => {
  const paused = pairConfiguration({
    guests: ['dc2'],
    defaults: ['consistency: pause', `pauseLimit: ${String(pauseLimitMs / 1000)}s`],
  });
  useLab('pause.test.ts', paused);

  test('kill -9 inside the window: the guest runs again by itself', async () => {
    await dom0a.must([
      'sh',
      '-c',
      'xen-backup run dc2 >/run/killed.log 2>&1 & echo $! >/run/killed.pid',
    ]);
    for (let turn = 0; (await stateOf('dc2')) !== 'paused'; turn += 1) {
      expect(turn, await dom0a.must(['cat', '/run/killed.log'])).toBeLessThan(200);
      await wait(500);
    }
    await dom0a.must(['sh', '-c', 'kill -9 "$(cat /run/killed.pid)"; rm /run/killed.pid']);
    expect(await stateOf('dc2')).toBe('paused');
    expect(await timers()).toContain('.timer');
    const begun = Date.now();
    while ((await stateOf('dc2')) !== 'running') {
      expect(Date.now() - begun).toBeLessThan(pauseLimitMs + 60_000);
      await wait(2_000);
    }
    expect(await timers()).toBe('');
    const recovered = await xenBackup('dom0a', 'recover');
    expect(recovered).toMatchObject({ exitCode: 0 });
    await dom0a.must(['rm', '-f', '/run/killed.log']);
    expect(await lab.residue()).toEqual([]);
  });

  test('pauses the guest for its snapshots, reports it, and leaves nothing', async () => {
    const run = await xenBackup('dom0a', 'run', 'dc2', '--json');
    expect(run).toMatchObject({ exitCode: 0 });
    const report =
      run.stdout.split('\n').findLast((line) => line.includes('"type":"report"')) ?? '';
    expect(report).toMatch(/"consistency":"pause","pauseMs":\d+/);
    process.stdout.write(`pause window: ${/"pauseMs":\d+/.exec(report)?.[0] ?? 'none'}\n`);
    expect(await stateOf('dc2')).toBe('running');
    expect(await timers()).toBe('');
    expect(await lab.residue()).toEqual([]);
    expect((await lab.compareReplica('dc2')).differences).toEqual([]);
  });

  test('shows both disks of one instant, which they are not without it', async () => {
    await countInLockStep();
    await configure('dom0a', pairConfiguration({ guests: ['dc2'] }));
    expect(await xenBackup('dom0a', 'run', 'dc2')).toMatchObject({ exitCode: 0 });
    const without = await standbyCounters();
    await configure('dom0a', paused);
    expect(await xenBackup('dom0a', 'run', 'dc2')).toMatchObject({ exitCode: 0 });
    const { first, second } = await standbyCounters();
    process.stdout.write(`counters: ${JSON.stringify({ without, paused: { first, second } })}\n`);
    // Snapshots are taken one after the other: without a pause the second disk shows a later moment.
    expect(without.second - without.first).toBeGreaterThan(1);
    expect(second).toBeGreaterThan(without.second);
    expect([0, 1]).toContain(first - second);
  });

  describe('the contract', () => {
    let ssh: SshRunner;
    beforeAll(async () => {
      ssh = await openRunner('dom0a');
    });
    afterAll(async () => {
      await ssh.close();
    });
    describeGuestHolds({
      name: 'virsh and systemd on the real host',
      timers: ['systemd', 'setsid'],
      limitMs: 20_000,
      open: async () => {
        const options = { runner: ssh.runner, hostName: 'dom0a', clock: systemClock };
        const files = createHostFiles(options);
        const libvirtUri = 'xen:///system';
        return {
          holds: createGuestHolds({ ...options, files, libvirtUri }),
          guest: 'dc2',
          state: () => stateOf('dc2'),
          operator: async (deed) => {
            await dom0a.must(['virsh', '-c', libvirtUri, deed, 'dc2']);
          },
          pass: (durationMs) => wait(durationMs),
          close: async () => {
            await dom0a.exec(['rmdir', '/run/xen-backup/contract00']);
          },
        };
      },
    });
  });
});
