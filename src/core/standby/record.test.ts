import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isProvenNewest, isSourceOutdated, nextRun, type StandbyRecord } from './record.js';

type Lives = Pick<StandbyRecord, 'counter' | 'lineage'>;

/** A record of a run: its number and lineage, and what the host is in it. */
function record(
  lives: Lives,
  role: StandbyRecord['role'] = 'standby',
  state: StandbyRecord['state'] = 'complete',
): StandbyRecord {
  const rest = { domainXml: '<domain/>', writtenAt: '2026-01-02T03:04:05.678Z' };
  const source = lives.lineage.at(-1)!.source;
  const runId = `run-${source}-${String(lives.counter)}`;
  return { v: 1, guest: 'dc1', role, state, runId, source, ...lives, ...rest };
}

/** Runs 1 to `counter` from host a; or from others, `b6` being host b from run 6 on. */
function run(counter: number, ...changes: string[]): Lives {
  const spans = ['a1', ...changes].map((text) => ({
    source: text.slice(0, 1),
    since: Number(text.slice(1)),
    runId: `first-${text}`,
  }));
  return { counter, lineage: spans };
}

const source = (lives: Lives) => record(lives, 'source');
const standby = (lives: Lives) => record(lives);
const torn = (lives: Lives) => record(lives, 'standby', 'syncing');

describe('isSourceOutdated', () => {
  it.each<[string, StandbyRecord | undefined, StandbyRecord | undefined, boolean]>([
    ['nobody remembers anything', undefined, undefined, false],
    ['the standby was never told anything', source(run(5)), undefined, false],
    ['source and standby are of one run', source(run(5)), standby(run(5)), false],
    ['the standby missed some runs', source(run(5)), standby(run(2)), false],
    ['the standby was torn by the last run', source(run(5)), torn(run(5)), false],
    ['a standby that was complete runs now', standby(run(5)), source(run(5)), false],
    ['it has replicated since', source(run(7, 'b6')), source(run(5)), false],
    ['an old primary came back', source(run(5)), standby(run(6, 'b6')), true],
    ['an old primary came back and counted on', source(run(9)), standby(run(6, 'b6')), true],
    [
      'an old primary replicated when another was the source',
      source(run(7, 'b6')),
      source(run(6)),
      true,
    ],
    ['the other was the last source', source(run(5)), source(run(6, 'b6')), true],
    ['the other was torn by a later source', source(run(5)), torn(run(6, 'b6')), true],
    ['the source has lost its record', undefined, standby(run(5)), true],
    [
      'the source began anew',
      source({ counter: 9, lineage: [{ source: 'a', since: 1, runId: 'x' }] }),
      standby(run(5)),
      true,
    ],
    ['the source itself is a torn replica', torn(run(6)), standby(run(5)), true],
    [
      'the source is a torn replica, the other was never told anything',
      torn(run(6)),
      undefined,
      true,
    ],
    ['both were torn by one run', torn(run(6)), torn(run(6)), true],
  ])('%s', (_, from, onto, outdated) => {
    expect(isSourceOutdated(from, onto)).toBe(outdated);
  });
});

describe('nextRun', () => {
  it('begins with 1', () => {
    expect(nextRun(undefined, 'a', 'r1')).toEqual({
      counter: 1,
      lineage: [{ source: 'a', since: 1, runId: 'r1' }],
    });
  });

  it('counts on from the same source', () => {
    expect(nextRun(source(run(5)), 'a', 'r')).toEqual({ counter: 6, lineage: run(5).lineage });
  });

  it('notes that the source is another one', () => {
    expect(nextRun(standby(run(5)), 'b', 'first-b6')).toEqual(run(6, 'b6'));
  });

  it('notes that a source was a standby in between, though nobody replicated meanwhile', () => {
    const back = nextRun(standby(run(7, 'b6')), 'a', 'first-a8');
    expect(back).toEqual(run(8, 'b6', 'a8'));
  });
});

describe('isProvenNewest', () => {
  it.each<[string, StandbyRecord | undefined, (StandbyRecord | undefined)[], boolean]>([
    ['it was the last source', source(run(5)), [standby(run(5)), standby(run(3))], true],
    ['it was the last source and nobody has a copy yet', source(run(1)), [undefined], true],
    ['it has no record', undefined, [undefined], false],
    ['it is a standby itself', standby(run(5)), [source(run(5))], false],
    ['another host knows a later run', source(run(5)), [standby(run(6, 'b6'))], false],
    ['another host was torn by its own last run', source(run(5)), [torn(run(5))], true],
    [
      'both were sources without knowing of each other',
      source(run(6)),
      [source(run(6, 'b6'))],
      false,
    ],
  ])('%s', (_, candidate, others, proven) => {
    expect(isProvenNewest(candidate, others)).toBe(proven);
  });
});

/** Hosts that replicate a guest, die, come back and take over, with records as a run writes them. */
describe('the life of four hosts', () => {
  interface Copy {
    /** The runs whose data it contains, and `torn` where one died in the middle. */
    readonly history: readonly (number | 'torn')[];
    readonly record?: StandbyRecord;
  }
  const all = ['a', 'b', 'c', 'd'];
  const event = fc.oneof(
    fc.record({
      kind: fc.constant('replicate' as const),
      reachable: fc.subarray(all),
      torn: fc.subarray(all),
    }),
    fc.record({ kind: fc.constant('start' as const), host: fc.constantFrom(...all) }),
  );
  const lives = fc.array(event, { maxLength: 30 });

  /** Lets them live; `see` is told of every copy that is about to be replaced. */
  function live(
    events: typeof lives extends fc.Arbitrary<infer T> ? T : never,
    see: (from: Copy, onto: Copy) => void,
  ) {
    const hosts = new Map<string, Copy>(all.map((host) => [host, { history: [] }]));
    let running = 'a';
    events.forEach((happening, number) => {
      if (happening.kind === 'start') {
        running = happening.host;
        return;
      }
      const from = hosts.get(running)!;
      const allowed = happening.reachable.filter(
        (host) => host !== running && !isSourceOutdated(from.record, hosts.get(host)!.record),
      );
      if (allowed.length === 0) return;
      for (const host of allowed) see(from, hosts.get(host)!);
      const next = nextRun(from.record, running, `run-${String(number)}`);
      const history = [...from.history, number];
      hosts.set(running, { history, record: source(next) });
      for (const host of allowed) {
        const isTorn = happening.torn.includes(host);
        hosts.set(host, {
          history: isTorn ? ['torn'] : history,
          record: isTorn ? torn(next) : standby(next),
        });
      }
    });
    return hosts;
  }

  it('never lets a whole copy be replaced by one that does not contain it', () => {
    fc.assert(
      fc.property(lives, (events) => {
        live(events, (from, onto) => {
          if (onto.history.includes('torn')) return;
          expect(from.history).toEqual(expect.arrayContaining([...onto.history]));
        });
      }),
      { numRuns: 3000 },
    );
  });

  it('never lets a mixture be replicated', () => {
    fc.assert(
      fc.property(lives, (events) => {
        live(events, (from) => {
          expect(from.history).not.toContain('torn');
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('proves at most one of them newest, and that one contains all the others', () => {
    fc.assert(
      fc.property(lives, (events) => {
        const hosts = [...live(events, () => undefined).values()];
        const newest = hosts.filter((host) =>
          isProvenNewest(
            host.record,
            hosts.filter((other) => other !== host).map((other) => other.record),
          ),
        );
        expect(newest.length).toBeLessThanOrEqual(1);
        for (const { history } of hosts.filter((host) => !host.history.includes('torn'))) {
          if (newest[0] !== undefined)
            expect(newest[0].history).toEqual(expect.arrayContaining([...history]));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('lets the same source go on for ever, whoever is away meanwhile', () => {
    const replicate = fc.record({
      kind: fc.constant('replicate' as const),
      reachable: fc.subarray(all),
      torn: fc.subarray(all),
    });
    fc.assert(
      fc.property(fc.array(replicate, { maxLength: 10 }), (events) => {
        const hosts = live(events, () => undefined);
        for (const host of ['b', 'c', 'd']) {
          expect(isSourceOutdated(hosts.get('a')!.record, hosts.get(host)!.record)).toBe(false);
        }
      }),
    );
  });
});
