import { describe, expect, it } from 'vitest';
import { quietStatistics } from '../testing/memory-mounts.contract.js';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

const old = ['old', 'old'];

describe('the deletion guard', () => {
  it.each([
    ['would empty a file system', { sourceEntries: 1, createdEntries: 0, deletedEntries: 5 }],
    [
      'would delete more than allowed',
      { sourceEntries: 100, createdEntries: 0, deletedEntries: 90 },
    ],
  ])(
    'leaves a target untouched when the dry pass of its last file system %s',
    async (_, counts) => {
      const hosts = new ThreeHosts();
      hosts.world.host('a').mounts.onCopy = ({ excludes, pass }) => {
        const isBoot = excludes.length === 0;
        const statistics =
          isBoot && pass === 'dry' ? { ...quietStatistics, ...counts } : quietStatistics;
        return { kind: 'done', statistics };
      };
      const report = await hosts.report();
      expect(report).toMatchObject({
        outcome: 'failed',
        code: 'deletions-refused',
        targets: [
          { code: 'deletions-refused', reason: expect.stringContaining('/boot (xvda/1) on b') },
          {},
        ],
      });
      expect(hosts.world.trace(/copy real/)).toEqual([]);
      expect([hosts.data('b'), hosts.data('c')]).toEqual([old, old]);
      expect(hosts.record('b')).toBeUndefined();
      expect(hosts.traces).toEqual([]);
    },
  );

  it.each([
    ['more than allowed', { sourceEntries: 100, createdEntries: 0, deletedEntries: 90 }, 'done'],
    ['all there is', { sourceEntries: 1, createdEntries: 0, deletedEntries: 90 }, 'failed'],
  ] as const)('lifted for a run, a dry pass that would delete %s ', async (...row) => {
    const [, counts, outcome] = row;
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = ({ peer }) => ({
      kind: 'done',
      statistics: { ...quietStatistics, ...(peer.address === 'b.example' ? counts : {}) },
    });
    const limited = await hosts.report();
    expect(limited.targets).toMatchObject([{ code: 'deletions-refused' }, { outcome: 'done' }]);
    const { targets } = await hosts.report({ deletions: 'allowed' });
    expect(targets.map((target) => target.outcome)).toEqual([outcome, 'done']);
    const real = hosts.world
      .host('a')
      .mounts.copies.filter(({ pass, peer }) => pass === 'real' && peer.address === 'b.example');
    // What was counted stays the limit of the real pass.
    expect(real.map(({ maxDeletes }) => maxDeletes)).toEqual(outcome === 'done' ? [90, 90] : []);
  });

  it('gives the real pass exactly the number of deletions that were counted', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = ({ excludes }) => ({
      kind: 'done',
      statistics: { ...quietStatistics, deletedEntries: excludes.length === 0 ? 7 : 0 },
    });
    await hosts.run({ targets: ['b'] });
    const real = hosts.world.host('a').mounts.copies.filter(({ pass }) => pass === 'real');
    expect(real.map(({ maxDeletes }) => maxDeletes)).toEqual([0, 7]);
  });
});
