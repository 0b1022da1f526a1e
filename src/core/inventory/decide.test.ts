import { describe, expect, it } from 'vitest';
import { type DomainState, domainStates, type GuestConfiguration } from '../model/index.js';
import {
  type DecisionOptions,
  decideGuest,
  type GuestDecision,
  type HostInventory,
} from './decide.js';

const guest: GuestConfiguration = {
  name: 'dc1',
  hosts: ['a', 'b', 'c'],
  snapshotSize: { kind: 'percent-of-origin', percent: 20 },
  snapshotMaxSize: { kind: 'percent-of-origin', percent: 100 },
  thinPoolLimitPercent: 90,
  withoutSnapshot: [],
  exclude: [],
  consistency: 'none',
  pauseLimitMs: 30_000,
  maxDeletes: { sharePercent: 30, count: 100_000 },
  bandwidthLimitKiBPerSecond: 0,
  ioClass: 'idle',
  stallTimeoutMs: 600_000,
  maxDurationMs: 0,
};

/** A state, `absent` where libvirt does not know the guest, or `unreachable`. */
type Answer = DomainState | 'absent' | 'unreachable';

const answers: readonly Answer[] = [...domainStates, 'absent', 'unreachable'];
const active: readonly Answer[] = ['running', 'idle', 'no state'];
const atRest: readonly Answer[] = ['shut off', 'absent'];

function inventory(host: string, answer: Answer): HostInventory {
  if (answer === 'unreachable') {
    const [code, reason, remedy] = ['host-unreachable', 'it does not answer', 'Look at it.'];
    return { kind: 'unknown', host, code, reason, remedy };
  }
  const others: [string, DomainState] = ['dc2', 'running'];
  const domains = new Map<string, DomainState>([others]);
  if (answer !== 'absent') domains.set('dc1', answer);
  return { kind: 'known', host, domains };
}

function decide(states: readonly Answer[], options: DecisionOptions = {}): GuestDecision {
  const inventories = new Map(
    states.map((answer, index) => {
      const host = guest.hosts[index]!;
      return [host, inventory(host, answer)];
    }),
  );
  return decideGuest(guest, inventories, options);
}

describe('decideGuest over every combination of states on three hosts', () => {
  const combinations = answers.flatMap((a) =>
    answers.flatMap((b) => answers.map((c): readonly [Answer, Answer, Answer] => [a, b, c])),
  );
  const options: readonly DecisionOptions[] = [
    {},
    { actingHost: 'a' },
    { actingHost: 'b' },
    { from: 'a' },
    { from: 'a', actingHost: 'a' },
    { targets: ['c'] },
  ];

  it.each(options)('holds with %j', (option) => {
    for (const states of combinations) {
      const decision = decide(states, option);
      const on = (host: string): Answer => states[guest.hosts.indexOf(host)]!;
      const running = guest.hosts.filter((host) => active.includes(on(host)));
      const context = JSON.stringify([states, decision]);

      if (running.length > 1) {
        expect(decision, context).toMatchObject({ kind: 'fail', code: 'guest-on-two-hosts' });
      }
      if (decision.kind === 'replicate') {
        const { source, targets, refused } = decision;
        // From the one host that runs it, or by --from when all of them are known to be at rest.
        if (running.length === 0) {
          expect(source, context).toBe(option.from);
          expect(
            states.every((state) => atRest.includes(state)),
            context,
          ).toBe(true);
        } else expect(running, context).toEqual([source]);
        if (option.actingHost !== undefined) expect(source, context).toBe(option.actingHost);
        // Never onto a standby that is anything but at rest, or of which nothing is known.
        for (const target of targets) expect(atRest, context).toContain(on(target));
        for (const { host } of refused) expect(atRest, context).not.toContain(on(host));
        const candidates = guest.hosts.filter(
          (host) => host !== source && (option.targets ?? guest.hosts).includes(host),
        );
        expect([...targets, ...refused.map(({ host }) => host)].sort(), context).toEqual(
          candidates,
        );
      } else if (running.length === 0 && option.actingHost === undefined) {
        // Unreachable is never "not running".
        const expected = states.includes('unreachable') ? 'fail' : 'skip';
        expect(decision.kind, context).toBe(expected);
      } else if (running.length === 1 && option.from === undefined) {
        const expected = option.actingHost === undefined || option.actingHost === running[0];
        expect(expected && option.targets?.includes(running[0]!) !== true, context).toBe(false);
      }
      if (decision.kind !== 'replicate') expect(decision.reason, context).not.toBe('');
    }
  });
});

describe('decideGuest, state by state', () => {
  it.each(active)('replicates a guest that is %s', (state) => {
    expect(decide([state, 'shut off', 'absent'])).toEqual({
      kind: 'replicate',
      source: 'a',
      targets: ['b', 'c'],
      refused: [],
    });
  });

  it.each<[DomainState, string]>([
    ['paused', 'it is paused on b'],
    ['in shutdown', 'it is shutting down on b'],
    ['shut off', 'it is shut off on b'],
    ['crashed', 'it has crashed on b'],
    ['dying', 'it is dying on b'],
    ['pmsuspended', 'it is suspended by its own power management on b'],
  ])('skips a guest that is %s and says so', (state, reason) => {
    expect(decide(['absent', state, 'absent'])).toEqual({ kind: 'skip', reason });
  });

  it('tells the state that is not rest, where others are shut off', () => {
    expect(decide(['shut off', 'crashed', 'shut off'])).toEqual({
      kind: 'skip',
      reason: 'it has crashed on b',
    });
  });

  it('skips a guest that no host knows', () => {
    expect(decide(['absent', 'absent', 'absent'])).toEqual({
      kind: 'skip',
      reason: 'none of its hosts knows it',
    });
  });

  it.each(domainStates.filter((state) => state !== 'shut off' && !active.includes(state)))(
    'refuses a standby that is %s: it holds its disks, or may at any moment',
    (state) => {
      expect(decide(['running', state, 'shut off'])).toMatchObject({
        kind: 'replicate',
        targets: ['c'],
        refused: [{ host: 'b', code: 'standby-in-use', reason: `the standby is ${state} on b` }],
      });
    },
  );

  it('serves the other targets of a guest one of whose hosts does not answer, and reports that one', () => {
    expect(decide(['running', 'unreachable', 'absent'])).toMatchObject({
      kind: 'replicate',
      targets: ['c'],
      refused: [{ host: 'b', code: 'host-unreachable', reason: 'it does not answer' }],
    });
  });

  it('fails a guest that may run on a host that does not answer', () => {
    expect(decide(['shut off', 'unreachable', 'shut off'])).toEqual({
      kind: 'fail',
      code: 'host-unreachable',
      reason: 'where it runs could not be established: b: it does not answer',
      remedy: 'Look at it.',
    });
  });

  it('fails a guest that runs on two hosts, and names both', () => {
    expect(decide(['running', 'shut off', 'idle'])).toEqual({
      kind: 'fail',
      code: 'guest-on-two-hosts',
      reason: 'it runs on a and c at the same time',
    });
  });
});

describe('decideGuest on a host that acts for itself', () => {
  it('leaves a guest that runs elsewhere to the host that runs it', () => {
    expect(decide(['shut off', 'running', 'absent'], { actingHost: 'a' })).toEqual({
      kind: 'skip',
      reason: 'it runs on b',
    });
  });

  it('skips a guest that is shut off here, without asking the others', () => {
    const inventories = new Map([['a', inventory('a', 'shut off')]]);
    expect(decideGuest(guest, inventories, { actingHost: 'a' })).toEqual({
      kind: 'skip',
      reason: 'it is shut off on a',
    });
  });

  it('skips a guest that it does not know, or is not to keep', () => {
    const inventories = new Map([['a', inventory('a', 'absent')]]);
    expect(decideGuest(guest, inventories, { actingHost: 'a' })).toMatchObject({
      reason: 'a does not know it',
    });
    expect(decideGuest(guest, inventories, { actingHost: 'z' })).toMatchObject({
      reason: 'z is none of its hosts',
    });
  });

  it('fails while its own libvirt does not answer', () => {
    const inventories = new Map([['a', inventory('a', 'unreachable')]]);
    expect(decideGuest(guest, inventories, { actingHost: 'a' })).toMatchObject({
      kind: 'fail',
      code: 'host-unreachable',
    });
  });

  it('refuses a target that was not asked', () => {
    const inventories = new Map([['a', inventory('a', 'running')]]);
    expect(decideGuest(guest, inventories, { actingHost: 'a' })).toMatchObject({
      targets: [],
      refused: [
        { host: 'b', code: 'host-unreachable' },
        { host: 'c', code: 'host-unreachable' },
      ],
    });
  });
});

describe('decideGuest with --from', () => {
  const from = 'a';

  it('takes the host named as the source of a guest that is at rest everywhere', () => {
    expect(decide(['shut off', 'shut off', 'absent'], { from })).toEqual({
      kind: 'replicate',
      source: 'a',
      targets: ['b', 'c'],
      refused: [],
    });
  });

  it.each(['crashed', 'paused', 'dying', 'in shutdown', 'pmsuspended'] as const)(
    'does not while the guest is %s somewhere',
    (state) => {
      expect(decide(['shut off', state, 'shut off'], { from }).kind).toBe('skip');
    },
  );

  it('does not while a host does not answer: the guest may run there', () => {
    expect(decide(['shut off', 'shut off', 'unreachable'], { from })).toMatchObject({
      kind: 'fail',
      code: 'host-unreachable',
    });
  });

  it('does not while a host was not asked', () => {
    const inventories = new Map([['a', inventory('a', 'shut off')]]);
    expect(decideGuest(guest, inventories, { from })).toMatchObject({
      kind: 'fail',
      reason: 'where it runs could not be established: b was not asked',
    });
  });

  it('is wrong for a guest that runs on another host', () => {
    expect(decide(['shut off', 'running', 'absent'], { from })).toMatchObject({
      kind: 'fail',
      code: 'usage-invalid',
      reason: expect.stringContaining(
        'it runs on b; --from a is for a guest that is shut off everywhere',
      ),
    });
  });

  it('is harmless for a guest that runs on the host named', () => {
    expect(decide(['running', 'absent', 'absent'], { from })).toMatchObject({
      kind: 'replicate',
      source: 'a',
    });
  });

  it('is wrong with a host that the guest does not have', () => {
    expect(decide(['shut off', 'absent', 'absent'], { from: 'z' })).toMatchObject({
      kind: 'fail',
      code: 'usage-invalid',
      reason: 'z (--from) is none of its hosts',
    });
  });

  it('is to be given on that host itself, where hosts act for themselves', () => {
    expect(decide(['shut off', 'shut off', 'absent'], { from, actingHost: 'a' })).toMatchObject({
      kind: 'replicate',
      source: 'a',
    });
    expect(decide(['shut off', 'shut off', 'absent'], { from, actingHost: 'b' })).toMatchObject({
      kind: 'fail',
      code: 'usage-invalid',
      reason: expect.stringContaining('--from a is to be given on a itself'),
    });
  });
});

describe('decideGuest with --target', () => {
  it('serves only the targets named', () => {
    expect(decide(['running', 'absent', 'absent'], { targets: ['c'] })).toMatchObject({
      targets: ['c'],
      refused: [],
    });
  });

  it('does not even ask after the others', () => {
    expect(decide(['running', 'unreachable', 'absent'], { targets: ['c'] })).toMatchObject({
      targets: ['c'],
      refused: [],
    });
  });

  it('skips a guest for which no target is left', () => {
    expect(decide(['running', 'absent', 'absent'], { targets: ['a', 'z'] })).toEqual({
      kind: 'skip',
      reason: 'no other host is to keep a copy of it',
    });
  });
});
