import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../errors/index.js';
import { exitCodeOfError, exitCodeOfGuests } from './exit-code.js';
import type { GuestReport, TargetReport } from './report.js';

function target(outcome: TargetReport['outcome'], code?: string): TargetReport {
  const rest = { host: 'b', files: 0, bytes: 0, deletions: 0, stages: {} };
  return { ...rest, outcome, ...(code === undefined ? {} : { code }) };
}

function guest(
  outcome: GuestReport['outcome'],
  code?: string,
  targets: readonly TargetReport[] = [],
): GuestReport {
  const rest = { guest: 'dc1', consistency: 'none', durationMs: 1 } as const;
  return { ...rest, outcome, targets, ...(code === undefined ? {} : { code }) };
}

const done = guest('done', undefined, [target('done')]);
const skipped = guest('skipped');
const busy = guest('busy', 'lock-busy', [target('busy', 'lock-busy')]);
const failed = guest('failed', 'copy-failed', [target('failed', 'copy-failed')]);
const defect = guest('failed', 'internal');
const wrongUse = guest('failed', 'usage-invalid');
const drift = guest('failed', 'layout-drift', [target('failed', 'layout-drift'), target('done')]);
const unreachable = guest('failed', 'host-unreachable', [target('refused', 'host-unreachable')]);

describe('the exit code of a run', () => {
  it.each<[string, readonly GuestReport[], number]>([
    ['nothing was to be done', [], 0],
    ['all guests are done', [done, done], 0],
    ['all guests were skipped for a reason', [skipped, skipped], 0],
    ['some are done, some were skipped', [done, skipped], 0],
    ['one failed', [done, failed, skipped], 10],
    [
      'one target of a guest failed',
      [guest('failed', 'copy-failed', [target('done'), target('failed', 'copy-failed')])],
      10,
    ],
    ['a host did not answer', [unreachable], 10],
    ['every guest was busy', [busy, busy], 3],
    ['every guest that was not skipped was busy', [skipped, busy], 3],
    ['a busy guest stands beside one that is done', [busy, done], 10],
    [
      'a target was busy, another is done',
      [guest('failed', 'lock-busy', [target('busy', 'lock-busy'), target('done')])],
      10,
    ],
    ['a busy guest stands beside one that failed', [busy, failed], 10],
    ['the command line was wrong for one', [wrongUse, failed, busy], 2],
    ['there was a defect', [failed, wrongUse, defect, done], 1],
    [
      'a defect hides behind another target',
      [
        guest('failed', 'copy-failed', [
          target('failed', 'copy-failed'),
          target('failed', 'internal'),
        ]),
      ],
      1,
    ],
    ['a layout differs', [drift], 10],
    ['a failure has no code', [guest('failed')], 10],
  ])('%s', (_, guests, code) => {
    expect(exitCodeOfGuests(guests, 'run')).toBe(code);
    expect(exitCodeOfGuests(guests, 'dry-run')).toBe(code);
  });
});

describe('the exit code of a plan', () => {
  it.each<[string, readonly GuestReport[], number]>([
    ['it is fine', [done, skipped], 0],
    ['it found a conflict', [drift, done], 4],
    ['it found several', [drift, guest('failed', 'standby-in-use'), skipped], 4],
    ['a host did not answer: that is no finding', [drift, unreachable], 10],
    [
      'a conflict stands beside what could not be taken down',
      [guest('failed', 'teardown-incomplete', [target('failed', 'layout-drift')])],
      10,
    ],
    [
      'a conflict stands beside a failure of another target',
      [
        guest('failed', 'layout-drift', [
          target('failed', 'layout-drift'),
          target('failed', 'command-failed'),
        ]),
      ],
      10,
    ],
    ['a conflict stands beside a busy guest', [drift, busy], 4],
    [
      'a conflict stands beside a target that does not say what failed',
      [guest('failed', 'layout-drift', [target('failed', 'layout-drift'), target('failed')])],
      10,
    ],
  ])('%s', (_, guests, code) => {
    expect(exitCodeOfGuests(guests, 'plan')).toBe(code);
  });
});

describe('the exit code of an error', () => {
  it('is the contract for every code of the catalogue', () => {
    const codes = Object.keys(errorCatalogue).map((code) => [code, exitCodeOfError(code)]);
    expect(codes.filter(([, exitCode]) => exitCode !== 10)).toEqual([
      ['internal', 1],
      ['usage-invalid', 2],
      ['configuration-invalid', 2],
      ['configuration-missing', 2],
      ['guest-unknown', 2],
      ['scenario-invalid', 2],
      ['fault-unused', 2],
      ['expression-invalid', 2],
      ['lock-busy', 3],
    ]);
  });
});
