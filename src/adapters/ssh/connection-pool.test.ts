import { EventEmitter } from 'node:events';
import type { Client } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { type Life, SshConnection } from './connection.js';
import { ConnectionPool, type Place } from './connection-pool.js';

/** As much of an ssh2 client as counting needs. */
function quietClient(): Client {
  const client = new EventEmitter();
  const close = () => client.emit('close');
  return Object.assign(client, { end: close, destroy: close }) as unknown as Client;
}

function poolOf(maxSessions: number) {
  const opened: { connection: SshConnection; client: Client }[] = [];
  const pool = new ConnectionPool('dom0b', async () => {
    const client = quietClient();
    const connection = new SshConnection('dom0b', client, maxSessions);
    opened.push({ connection, client });
    return connection;
  });
  return { pool, opened };
}

const acquire = (pool: ConnectionPool, life: Life, count: number): Promise<Place[]> =>
  Promise.all(Array.from({ length: count }, () => pool.acquire(life)));

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise((resolve) => setTimeout(resolve, 20, 'later'));
  return (await Promise.race([promise, later])) === 'later';
}

describe('ConnectionPool', () => {
  it('runs everything over one connection while there is room', async () => {
    const { pool, opened } = poolOf(10);
    await acquire(pool, 'short', 10);
    expect(opened).toHaveLength(1);
  });

  it('lets short commands wait for short commands', async () => {
    const { pool, opened } = poolOf(3);
    const [first] = await acquire(pool, 'short', 3);
    const fourth = pool.acquire('short');
    expect(await isPending(fourth)).toBe(true);
    first!.release();
    await fourth;
    expect(opened).toHaveLength(1);
  });

  it('never lets a command wait for one that does not end', async () => {
    const { pool, opened } = poolOf(10);
    await acquire(pool, 'long', 8);
    await acquire(pool, 'short', 2);
    expect(opened).toHaveLength(1);
    await acquire(pool, 'long', 1);
    expect(opened).toHaveLength(2);
  });

  it('opens another connection for a short command when long ones hold all places', async () => {
    // A server that allows one command only.
    const { pool, opened } = poolOf(1);
    await acquire(pool, 'long', 1);
    await acquire(pool, 'short', 1);
    expect(opened).toHaveLength(2);
  });

  it('never lets a stop wait for what it may be to end', async () => {
    const { pool, opened } = poolOf(3);
    // All of them may hang.
    await acquire(pool, 'short', 3);
    await acquire(pool, 'stop', 1);
    expect(opened).toHaveLength(2);
  });

  it('counts a place back once', async () => {
    const { pool } = poolOf(1);
    const [place] = await acquire(pool, 'short', 1);
    place!.release();
    place!.release();
    await acquire(pool, 'short', 1);
    expect(await isPending(pool.acquire('short'))).toBe(true);
  });

  it('connects again after a connection was lost, and wakes who waits', async () => {
    const { pool, opened } = poolOf(1);
    await acquire(pool, 'short', 1);
    const waiting = pool.acquire('short');
    expect(await isPending(waiting)).toBe(true);
    opened[0]!.client.emit('close');
    expect((await waiting).connection).toBe(opened[1]!.connection);
    expect(opened[0]!.connection.lost).toMatchObject({ code: 'host-unreachable' });
  });

  it('opens one connection for all who come while it is opened', async () => {
    const { pool, opened } = poolOf(10);
    await Promise.all([pool.acquire('short'), pool.acquire('long'), pool.acquire('short')]);
    expect(opened).toHaveLength(1);
  });

  it('gives nothing after it was closed', async () => {
    const { pool, opened } = poolOf(1);
    await acquire(pool, 'short', 1);
    const waiting = pool.acquire('short');
    await Promise.all([
      expect(waiting).rejects.toMatchObject({ code: 'host-unreachable' }),
      pool.close(),
    ]);
    await expect(pool.acquire('short')).rejects.toMatchObject({ code: 'host-unreachable' });
    expect(opened[0]!.connection.lost).toBeDefined();
  });
});
