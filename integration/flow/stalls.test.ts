import { describe, expect, it } from 'vitest';
import { scenario, Stage, withFaults } from './stage.js';

const twoHosts = scenario('wrong-fstab');
const silenceLimitMs = 6 * 60_000;
const impatient = twoHosts.replace(
  'configuration:',
  'configuration:\n  defaults: { stallTimeout: 1m }',
);

/** Failure cases 25 and 26: what hangs has an end, and nothing of it writes on. */
describe('a copy that hangs', () => {
  it.each([
    ['the sender, before rsync begins', '{ host: dom0a, step: copy, effect: { hang: killable } }'],
    ['the sender of the real pass', hanging('dom0a', 'xen-backup-send', 4)],
    ['the receiver', hanging('dom0b', 'xen-backup-receive', 1)],
  ])('%s: is ended, both sides are proven dead, and nothing is left', async (_, fault) => {
    const stage = await Stage.open(withFaults(impatient, fault));
    const report = await stage.run('dc1');
    stage.simulation.requireAllFaultsUsed();
    expect(report.exitCode).toBe(10);
    expect(report.durationMs).toBeLessThan(silenceLimitMs + 120_000);
    expect(report.guests[0]?.targets[0]).toMatchObject({ outcome: 'failed' });
    expect(await stage.left()).toEqual([]);
    expect(stage.simulation.violations).toEqual([]);
  });

  it('is named with both hosts, how long it was silent, and what to look for', async () => {
    const fault = '{ host: dom0a, step: copy, effect: { hang: killable } }';
    const stage = await Stage.open(withFaults(impatient, fault));
    const [target] = (await stage.run('dc1')).guests[0]?.targets ?? [];
    expect(target).toMatchObject({
      code: 'copy-stalled',
      reason: expect.stringMatching(
        / from dom0a to dom0b: nothing was heard of the copy for 6 min 00 s$/,
      ),
      remedy: expect.stringContaining('state D'),
    });
  });

  it('ends the run although the sender outlives KILL, and claims nothing', async () => {
    const fault = '{ host: dom0a, step: copy, effect: { hang: stuck } }';
    const stage = await Stage.open(withFaults(impatient, fault));
    const report = await stage.run('dc1');
    expect(report.exitCode).toBe(10);
    expect(report.guests[0]?.targets[0]).toMatchObject({ code: 'command-stop-unproven' });
  });

  it('does not take another target along', async () => {
    const text = scenario('three-hosts').replace(
      'configuration:',
      'configuration:\n  defaults: { stallTimeout: 1m }',
    );
    const fault = '{ host: dom0a, step: copy, effect: { hang: killable } }';
    const stage = await Stage.open(withFaults(text, fault));
    const { guests } = await stage.run('dc1');
    const outcomes = guests[0]?.targets.map(({ outcome }) => outcome);
    expect(outcomes?.toSorted()).toEqual(['done', 'failed']);
  });
});

describe('a copy that is only slow', () => {
  it('is not ended, however long it takes, while something is heard of it', async () => {
    const slow = scenario('three-hosts').replace(
      'configuration:',
      'configuration:\n  defaults: { stallTimeout: 30s, bandwidthLimit: 10K }',
    );
    const stage = await Stage.open(slow);
    const report = await stage.run('dc1');
    expect(report.exitCode).toBe(0);
    expect(report.durationMs).toBeGreaterThan(2 * 6 * 30_000);
  });

  it('may be silent for longer than rsync’s own limit: reading a long list is silent', async () => {
    const fault = '{ host: dom0a, step: copy, effect: { delay: 5m } }';
    const stage = await Stage.open(withFaults(impatient, fault));
    expect((await stage.run('dc1')).exitCode).toBe(0);
  });
});

function hanging(host: string, command: string, occurrence: number): string {
  return `{ host: ${host}, command: ${command}, occurrence: ${occurrence}, effect: { hang: killable } }`;
}
