import { beforeAll, describe, expect, it } from 'vitest';
import { type MeasuredRun, measureRuns } from './measure.js';

/** Two each are left for polls, which come by the clock. */
const limits = { dom0a: 73, dom0b: 67 } as const;
const hosts = ['dom0a', 'dom0b'] as const;

/** Before it was looked at: 117 and 108 commands, 48.6 s. */
describe('a run of the article’s guest', () => {
  let runs: readonly MeasuredRun[] = [];

  beforeAll(async () => {
    runs = await measureRuns(2);
  }, 120_000);

  it('ends well, at the first time and later', () => {
    expect(runs.map(({ report }) => report.exitCode)).toEqual([0, 0]);
  });

  // `npm run commands` shows them all.
  it.each(hosts)('starts no more commands on %s than it has to', (host) => {
    for (const { commands } of runs) {
      const started = commands.filter((command) => command.host === host);
      expect(started.length).toBeLessThanOrEqual(limits[host]);
      expect(started.length).toBeGreaterThan(limits[host] - 8);
    }
  });

  it('waits for few of them one after another', () => {
    for (const { durationMs } of runs) expect(durationMs).toBeLessThan(37_000);
  });

  it('reads nothing that its own command has just shown', () => {
    for (const { commands } of runs) {
      expect(commands.filter(({ text }) => text.startsWith('dmsetup info'))).toEqual([]);
    }
  });
});
