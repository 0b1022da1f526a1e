import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NumberedStep } from '../steps/index.js';
import { type JournalEntry, type JournalPhase, outstandingSteps, readJournal } from './index.js';

function mount(id: number): NumberedStep {
  return {
    kind: 'mount',
    host: 'dom0a',
    guest: 'dc1',
    id,
    device: `/dev/mapper/xen-backup-abcdefghij-${String(id)}`,
    mountPoint: `/run/xen-backup/abcdefghij/${String(id)}`,
    fileSystemType: 'ext4',
    options: ['ro'],
  };
}

function entry(phase: JournalPhase, id: number, seq = id): JournalEntry {
  return { v: 1, seq, bootId: 'boot', step: mount(id), phase };
}

function write(entries: readonly JournalEntry[]): string {
  return entries.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** One thing a run does to its host, and what it writes about it. */
type Act =
  | { readonly write: JournalEntry }
  | { readonly effect: number }
  | { readonly gone: number };

/** A run in the order of its acts: intentions before effects, `done` and `undone` after, late or never. */
const anyRun: fc.Arbitrary<readonly Act[]> = fc
  .array(fc.record({ batch: fc.integer({ min: 1, max: 3 }), notes: fc.boolean() }), {
    maxLength: 8,
  })
  .chain((batches) =>
    fc.tuple(fc.constant(batches), fc.nat(batches.reduce((sum, { batch }) => sum + batch, 0))),
  )
  .map(([batches, undone]) => {
    const acts: Act[] = [];
    let id = 0;
    for (const { batch, notes } of batches) {
      const ids = Array.from({ length: batch }, () => (id += 1));
      acts.push(...ids.map((number) => ({ write: entry('intent', number) })));
      acts.push(...ids.map((number) => ({ effect: number })));
      if (notes) acts.push(...ids.map((number) => ({ write: entry('done', number) })));
    }
    for (let number = id; number > id - undone; number -= 1) {
      acts.push({ gone: number }, { write: entry('undone', number) });
    }
    return acts;
  });

describe('outstandingSteps', () => {
  it('covers whatever may have happened, at any moment of death', () => {
    fc.assert(
      fc.property(anyRun, fc.nat(), (acts, moment) => {
        const lived = acts.slice(0, moment % (acts.length + 1));
        const there = new Set<number>();
        for (const act of lived) {
          if ('effect' in act) there.add(act.effect);
          if ('gone' in act) there.delete(act.gone);
        }
        const written = lived.flatMap((act) => ('write' in act ? [act.write] : []));
        const outstanding = outstandingSteps(written).map(({ id }) => id);
        expect(outstanding).toEqual(expect.arrayContaining([...there]));
        // Nothing that was never intended, and nothing of which the journal knows that it is gone.
        const intended = new Set(written.map(({ step }) => step.id));
        const undone = written.filter(({ phase }) => phase === 'undone').map(({ step }) => step.id);
        expect(outstanding.every((id) => intended.has(id) && !undone.includes(id))).toBe(true);
      }),
    );
  });

  it('lists steps in the order in which they were taken', () => {
    const entries = [entry('intent', 2), entry('intent', 1), entry('done', 3), entry('done', 1)];
    expect(outstandingSteps(entries).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('counts an intention without a result: the process may have died after the effect', () => {
    expect(outstandingSteps([entry('intent', 1)])).toHaveLength(1);
  });

  it('is not disturbed by lines that an append which was tried again wrote twice', () => {
    const twice = [entry('intent', 1), entry('undone', 1), entry('intent', 2)];
    expect(outstandingSteps([...twice, ...twice]).map(({ id }) => id)).toEqual([2]);
  });

  it('has nothing to do for a run that took everything back', () => {
    expect(outstandingSteps([entry('intent', 1), entry('done', 1), entry('undone', 1)])).toEqual(
      [],
    );
  });
});

describe('readJournal', () => {
  it('reads back what was written', () => {
    const entries = [entry('intent', 1, 1), entry('done', 1, 2), entry('undone', 1, 3)];
    expect(readJournal(write(entries))).toEqual({ entries, damagedLines: [] });
  });

  it('takes any cut through the text for what a power cut leaves: all whole lines count', () => {
    const entries = [entry('intent', 1, 1), entry('done', 1, 2), entry('intent', 2, 3)];
    const text = write(entries);
    fc.assert(
      fc.property(fc.nat(text.length), (cut) => {
        const { entries: read, damagedLines } = readJournal(text.slice(0, cut));
        const whole = text.slice(0, cut).split('\n').length - 1;
        expect(damagedLines).toEqual([]);
        // A last line that only lacks its newline is whole all the same.
        expect(read.length - whole).toBeGreaterThanOrEqual(0);
        expect(entries.slice(0, read.length)).toEqual(read);
        expect(read.length - whole).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('names a damaged line in the middle, and uses all others', () => {
    const text = `${write([entry('intent', 1)])}{"v":1,"se\n\n${write([entry('intent', 2)])}`;
    const { entries, damagedLines } = readJournal(text);
    expect(damagedLines).toEqual([2]);
    expect(entries.map(({ step }) => step.id)).toEqual([1, 2]);
  });

  const step = mount(1);
  it.each<[string, unknown]>([
    ['is of another version', { ...entry('intent', 1), v: 2 }],
    ['has no step', { ...entry('intent', 1), step: undefined }],
    ['has an unknown phase', { ...entry('intent', 1), phase: 'begun' }],
    ['has a step of an unknown kind', { ...entry('intent', 1), step: { ...step, kind: 'format' } }],
    ['has a step without a number', { ...entry('intent', 1), step: { ...step, id: '1' } }],
    ['has a step without a host', { ...entry('intent', 1), step: { ...step, host: undefined } }],
    ['has a mount without its place', { ...entry('intent', 1), step: { ...step, mountPoint: '' } }],
    [
      'has a map without its stamp',
      { ...entry('intent', 1), step: { kind: 'create-map', id: 1, host: 'a', name: 'x' } },
    ],
    [
      'has a snapshot without tags',
      {
        ...entry('intent', 1),
        step: {
          kind: 'create-snapshot',
          id: 1,
          host: 'a',
          volumeGroup: 'vg',
          origin: 'o',
          name: 'x',
          tags: [],
        },
      },
    ],
    [
      'has a rule that is not ours',
      {
        ...entry('intent', 1),
        step: { kind: 'install-rule', id: 1, host: 'a', path: '/etc/udev/rules.d/56-lvm.rules' },
      },
    ],
    [
      'has a mount outside our place',
      { ...entry('intent', 1), step: { ...step, mountPoint: '/run/xen-backup/abcdefghij/../x' } },
    ],
    [
      'has a map that is not ours',
      {
        ...entry('intent', 1),
        step: { kind: 'create-map', id: 1, host: 'a', name: 'vg-root', uuid: 'LVM-x' },
      },
    ],
    ['is a list', [1]],
    ['is nothing', null],
    ['has a number below the first', entry('intent', 1, -1)],
    [
      'has a step with a number below the first',
      { ...entry('intent', 1), step: { ...mount(1), id: -1 } },
    ],
  ])('takes a line for damaged that %s', (_, value) => {
    const text = `${JSON.stringify(value)}\n${write([entry('intent', 2)])}`;
    expect(readJournal(text)).toMatchObject({ damagedLines: [1], entries: [{ seq: 2 }] });
  });

  it('never throws, whatever the file contains', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(readJournal(`${text}\n`).entries).toEqual([]);
      }),
    );
  });
});
