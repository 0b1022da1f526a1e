import { describe, expect, it } from 'vitest';
import { type NumberedStep, readJournal, XenBackupError } from '../../core/index.js';
import { MemoryWorld } from '../testing/memory-world.contract.js';
import { JournalWriter } from './journal-writer.js';

const path = '/var/lib/xen-backup/journals/run0000001.ndjson';

function step(id: number): NumberedStep {
  const path = `/run/udev/rules.d/56-xen-backup-run000000${String(id)}.rules`;
  return { kind: 'install-rule', host: 'a', path, id };
}

function setUp(lastSeq?: number): {
  world: MemoryWorld;
  journal: JournalWriter;
  text: () => string;
} {
  const world = new MemoryWorld('a');
  const host = world.host('a');
  const journal = new JournalWriter(
    host.ports.files,
    '/var/lib/xen-backup',
    'run0000001',
    'boot',
    lastSeq,
  );
  return { world, journal, text: () => host.files.get(path) ?? '' };
}

const phases = (text: string): string[] =>
  readJournal(text).entries.map(
    ({ seq, phase, step: { id } }) => `${String(seq)} ${phase} ${String(id)}`,
  );

describe('JournalWriter', () => {
  it('has an intention on the disk when it returns, and notes with the next one', async () => {
    const { journal, text, world } = setUp();
    await journal.write('intent', [step(1)]);
    expect(phases(text())).toEqual(['1 intent 1']);
    journal.note('done', [step(1)]);
    expect(phases(text())).toEqual(['1 intent 1']);
    await journal.write('intent', [step(2)]);
    expect(phases(text())).toEqual(['1 intent 1', '2 done 1', '3 intent 2']);
    expect(world.trace(/write|append/)).toEqual([`a: write ${path}`, `a: append ${path}`]);
  });

  it('writes the first lines as a file that survives a power cut, into a directory of its own', async () => {
    const { journal, world } = setUp();
    await journal.write('intent', [step(1)]);
    expect(world.trace()).toEqual([
      'a: make-directory /var/lib/xen-backup/journals',
      `a: write ${path}`,
    ]);
  });

  it('takes steps that are begun together with one append', async () => {
    const { journal, world, text } = setUp();
    await journal.write('intent', [step(1)]);
    await journal.write('intent', [step(2), step(3), step(4)]);
    expect(world.trace(/append/)).toHaveLength(1);
    expect(phases(text())).toHaveLength(4);
  });

  it('lets writers who come at the same time share an append, each in order', async () => {
    const { journal, world, text } = setUp();
    await journal.write('intent', [step(1)]);
    await Promise.all([2, 3, 4, 5].map((id) => journal.write('intent', [step(id)])));
    expect(phases(text())).toEqual(
      [1, 2, 3, 4, 5].map((id) => `${String(id)} intent ${String(id)}`),
    );
    expect(world.trace(/append/)).toHaveLength(1);
  });

  it('tells the writer of an append that failed, and tries the same lines again with the next', async () => {
    const { journal, world, text } = setUp();
    await journal.write('intent', [step(1)]);
    world.fail(/append/, new Error('disk full'), 'before', 1);
    await expect(journal.write('intent', [step(2)])).rejects.toThrow('disk full');
    await journal.write('intent', [step(3)]);
    expect(phases(text())).toEqual(['1 intent 1', '2 intent 2', '3 intent 3']);
  });

  it('never lets the rest of a torn append swallow an intention', async () => {
    const { journal, world, text } = setUp();
    await journal.write('intent', [step(1)]);
    const files = world.host('a').files;
    world.watchers.push(({ what }, moment) => {
      if (moment === 'after' && what.startsWith('append')) {
        files.set(path, text().slice(0, -20));
        throw new Error('connection lost');
      }
    });
    await expect(journal.write('intent', [step(2)])).rejects.toThrow('connection lost');
    world.watchers.length = 0;
    await journal.write('intent', [step(3)]);
    expect(phases(text())).toEqual(['1 intent 1', '2 intent 2', '3 intent 3']);
  });

  it('goes on behind the torn end of a journal that a dead run left', async () => {
    const { journal, world, text } = setUp(7);
    world.host('a').files.set(path, '{"v":1,"seq":7,"ste');
    await journal.write('undone', [step(1)]);
    expect(phases(text())).toEqual(['8 undone 1']);
  });

  it('writes nothing when there is nothing to write', async () => {
    const { journal, world } = setUp();
    await journal.flush();
    expect(world.trace()).toEqual([]);
  });

  it('removes also what was written although the host said otherwise', async () => {
    const { journal, world, text } = setUp();
    const failed = new XenBackupError('file-unreadable', { message: 'said to have failed' });
    world.fail(/write/, failed, 'after');
    await expect(journal.write('intent', [step(1)])).rejects.toThrow('said to have failed');
    expect(text()).not.toBe('');
    await journal.remove();
    expect(text()).toBe('');
  });

  it('removes what it has written, and nothing it has not', async () => {
    const { journal, world } = setUp();
    journal.note('done', [step(1)]);
    await journal.remove();
    expect(world.trace(/remove/)).toEqual([]);
    await journal.write('intent', [step(2)]);
    journal.note('undone', [step(2)]);
    await journal.remove();
    expect(world.trace(/remove/)).toEqual([`a: remove-file ${path}`]);
    await journal.flush();
    expect(world.host('a').files.has(path)).toBe(false);
  });
});
