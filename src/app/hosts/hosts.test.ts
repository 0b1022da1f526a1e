import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/index.js';
import { articleLayout } from '../../core/testing/layout.contract.js';
import { Counter } from '../counter.js';
import { MemoryWorld } from '../testing/memory-world.contract.js';
import { lockGuest } from './guest-locks.js';
import { HostPool } from './host-pool.js';
import { HostSession } from './host-session.js';
import { SessionPool } from './session-pool.js';

const rule = '/run/udev/rules.d/56-xen-backup-run0000001.rules';

function setUp(...names: string[]) {
  const world = new MemoryWorld(...names);
  const pool = new HostPool(world.connector);
  const context = world.context([]);
  return { world, pool, context, sessions: new SessionPool(context, pool) };
}

async function begin(): Promise<ReturnType<typeof setUp> & { session: HostSession }> {
  const set = setUp('a');
  const ids = new Counter();
  const host = await set.pool.get('a');
  const session = await HostSession.begin(set.context, host, ids, () => undefined);
  return { ...set, session };
}

describe('HostPool', () => {
  it('connects each host once, however often and early it is asked for', async () => {
    const { world, pool } = setUp('a');
    const [first, second] = await Promise.all([pool.get('a'), pool.get('a')]);
    expect(first).toBe(second);
    expect(world.trace(/identity/)).toHaveLength(1);
  });

  it('refuses two names of one machine, told by the boot id, and closes the second connection', async () => {
    const { world, pool } = setUp('a', 'b');
    world.host('b').bootId = world.host('a').bootId;
    await pool.get('a');
    await expect(pool.get('b')).rejects.toMatchObject({
      code: 'host-identity-conflict',
      message: 'b and a are one and the same machine (boot id boot-of-a)',
    });
    expect(world.host('b').isClosed).toBe(true);
    expect(world.host('a').isClosed).toBe(false);
  });

  it('refuses one of them also when both are connected at the same time', async () => {
    const { world, pool } = setUp('a', 'b');
    world.host('b').bootId = world.host('a').bootId;
    const results = await Promise.allSettled([pool.get('a'), pool.get('b')]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('tells clones apart, which share the machine id but not the boot id', async () => {
    const { world, pool } = setUp('a', 'b');
    world.host('b').machineId = world.host('a').machineId;
    await expect(Promise.all([pool.get('a'), pool.get('b')])).resolves.toHaveLength(2);
  });

  it('closes what it has connected, and nothing else', async () => {
    const { world, pool } = setUp('a', 'b', 'c');
    world.unreachable.set('b', new XenBackupError('host-unreachable', { message: 'down' }));
    await Promise.allSettled([pool.get('a'), pool.get('b')]);
    await pool.close();
    expect(['a', 'b', 'c'].map((name) => world.host(name).isClosed)).toEqual([true, false, false]);
  });

  it('says what could not be ended on a host, and nothing of one that does not answer', async () => {
    const { world } = setUp('a', 'b', 'c');
    const survivor = 'lvs on a (process 7) could not be proven dead: 7 D lvs';
    const errors = new Map([
      ['a', new XenBackupError('command-stop-unproven', { message: survivor })],
      ['b', new XenBackupError('host-unreachable', { message: 'b does not answer' })],
    ]);
    const pool = new HostPool({
      ...world.connector,
      connect: async (name) => {
        const host = await world.connector.connect(name);
        const error = errors.get(name);
        return error === undefined ? host : { ...host, close: () => Promise.reject(error) };
      },
    });
    await Promise.all(['a', 'b', 'c'].map((name) => pool.get(name)));
    expect(await pool.close()).toEqual([survivor]);
    expect(world.host('c').isClosed).toBe(true);
  });
});

describe('HostSession', () => {
  it('shows the run alive before it changes anything', async () => {
    const { world } = await begin();
    // Empty directories that stay on every host are no change.
    const trace = world.trace(/: (?!make-directory).*(lock|install|write)/);
    expect(trace[0]).toBe('a: lock run-run0000001');
    expect(trace.at(-1)).toBe(`a: install-rule ${rule}`);
  });

  it('leaves nothing when it ends, its lock last', async () => {
    const { world, session } = await begin();
    expect(await session.end()).toEqual([]);
    expect(world.host('a').traces).toEqual([]);
    expect(world.trace().at(-1)).toBe('a: unlock run-run0000001');
    expect(world.host('a').locks.size).toBe(0);
  });

  it('keeps the rule and the journal while something of ours is left', async () => {
    const { world, session } = await begin();
    session.leave(['a: map xen-backup-run0000001-1 (busy)']);
    expect(await session.end()).toEqual(['a: map xen-backup-run0000001-1 (busy)']);
    expect(world.host('a').rules.has(rule)).toBe(true);
    expect(world.host('a').files.has('/var/lib/xen-backup/journals/run0000001.ndjson')).toBe(true);
    expect(world.host('a').locks.size).toBe(0);
  });

  it('says what is left when its own end fails, and frees its lock all the same', async () => {
    const { world, session } = await begin();
    world.fail(/remove-file/, new XenBackupError('file-unreadable', { message: 'read-only' }));
    expect(await session.end()).toEqual(['a: read-only']);
    expect(world.host('a').locks.size).toBe(0);
  });

  it('leaves nothing when it cannot begin', async () => {
    const { world, pool, context } = setUp('a');
    world.fail(/install-rule/, new XenBackupError('file-unreadable', { message: 'no /run/udev' }));
    const left: string[] = [];
    const beginning = HostSession.begin(context, await pool.get('a'), new Counter(), (residue) => {
      left.push(...residue);
    });
    await expect(beginning).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(left).toEqual([]);
    expect(world.host('a').traces).toEqual([]);
    expect(world.host('a').locks.size).toBe(0);
  });

  it('never names an object after a guest, and no two alike', async () => {
    const { session } = await begin();
    const names = [session.nextObject(), session.nextObject(), session.nextObject()];
    expect(names).toEqual(
      [1, 2, 3].map((number) => ({
        name: `xen-backup-run0000001-${String(number)}`,
        uuid: `XENBACKUP-run0000001-${String(number)}`,
      })),
    );
    expect(session.nextTag()).toBe('run0000001-4');
  });

  it('tells when its lock is lost', async () => {
    const { world, session } = await begin();
    expect(session.lost.aborted).toBe(false);
    world.host('a').locks.get('run-run0000001')!.lost.abort(new Error('gone'));
    expect(session.lost.aborted).toBe(true);
  });
});

describe('lockGuest', () => {
  it('names who holds it, since when and from where', async () => {
    const { world, context, session } = await begin();
    expect((await lockGuest(context, session, 'dc1', 'read-only')).kind).toBe('held');
    expect(
      await lockGuest({ ...context, runId: 'other00000' }, session, 'dc1', 'read-only'),
    ).toEqual({
      kind: 'busy',
      reason:
        'run run0000001 (process 4242 on admin) has held its lock on a since 2026-01-02T00:00:00.000Z',
    });
    expect([...world.host('a').locks.keys()]).toContain('guest-dc1');
  });

  it('knows a guest whose name is no file name', async () => {
    const { world, context, session } = await begin();
    await lockGuest(context, session, '../-rf', 'read-only');
    expect([...world.host('a').locks.keys()]).toContain('guest-%2E.%2F-rf');
  });
});

describe('SessionPool', () => {
  it('cleans up after dead runs before it begins', async () => {
    const { world, sessions } = setUp('a');
    world.host('a').rules.add('/run/udev/rules.d/56-xen-backup-dead000000.rules');
    await sessions.get('a');
    expect([...world.host('a').rules]).toEqual([rule]);
    const trace = world.trace(/install|remove-rule/);
    expect(trace.map((line) => line.split(' ')[1])).toEqual(['remove-rule', 'install-rule']);
  });

  it('begins each host once and ends them all', async () => {
    const { world, sessions } = setUp('a', 'b');
    await Promise.all([sessions.get('a'), sessions.get('a'), sessions.get('b')]);
    expect(world.trace(/install-rule/)).toHaveLength(2);
    expect(await sessions.end()).toEqual([]);
    expect([...world.host('a').traces, ...world.host('b').traces]).toEqual([]);
  });

  it('says what is left of a beginning that failed', async () => {
    const { world, sessions } = setUp('a');
    const gone = new XenBackupError('host-unreachable', { message: 'a does not answer' });
    world.watchers.push(({ what }) => {
      if (what.startsWith('install-rule')) world.fail(/^a: /, gone);
    });
    await expect(sessions.get('a')).rejects.toThrow('a does not answer');
    expect(await sessions.end()).toContainEqual(expect.stringContaining(`${rule} (a does not`));
  });

  it('ends the others when one host is gone, and says what is left there', async () => {
    const { world, sessions } = setUp('a', 'b');
    world.host('a').addGuest('dc1', articleLayout());
    await Promise.all([sessions.get('a'), sessions.get('b')]);
    world.fail(/^a: /, new XenBackupError('host-unreachable', { message: 'a does not answer' }));
    expect(await sessions.end()).toContainEqual(expect.stringContaining(`${rule} (a does not`));
    expect(world.host('b').traces).toEqual([]);
  });
});
