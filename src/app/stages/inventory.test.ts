import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/index.js';
import { articleLayout } from '../../core/testing/layout.contract.js';
import { HostPool } from '../hosts/host-pool.js';
import { guestOf, MemoryWorld } from '../testing/memory-world.contract.js';
import { takeInventory } from './inventory.js';

function setUp() {
  const world = new MemoryWorld('a', 'b', 'c');
  world.host('a').addGuest('dc1', articleLayout(), 'running');
  world.host('b').addGuest('dc1', articleLayout(), 'shut off');
  return { world, pool: new HostPool(world.connector) };
}

const guests = [guestOf('dc1', ['a', 'b']), guestOf('dc2', ['b', 'c'])];

describe('takeInventory', () => {
  it('asks every host of the guests once, and opens nothing', async () => {
    const { world, pool } = setUp();
    const inventories = await takeInventory(pool, guests, undefined);
    expect([...inventories.keys()]).toEqual(['a', 'b', 'c']);
    expect(inventories.get('a')).toMatchObject({
      kind: 'known',
      domains: new Map([['dc1', 'running']]),
    });
    expect(world.trace().toSorted()).toEqual(
      ['a', 'b', 'c'].flatMap((name) => [`${name}: identity`, `${name}: list-domains`]),
    );
  });

  it('knows a host that does not answer as unknown, never as one without guests', async () => {
    const { world, pool } = setUp();
    world.unreachable.set('b', new XenBackupError('host-unreachable', { message: 'no route' }));
    world.fail(
      /c: list-domains/,
      new XenBackupError('hypervisor-unreachable', { message: 'no socket' }),
    );
    const inventories = await takeInventory(pool, guests, undefined);
    expect(inventories.get('a')?.kind).toBe('known');
    expect(inventories.get('b')).toMatchObject({
      kind: 'unknown',
      code: 'host-unreachable',
      reason: 'no route',
    });
    expect(inventories.get('c')).toMatchObject({ kind: 'unknown', code: 'hypervisor-unreachable' });
  });

  it('asks only the partners of what it serves, on a host that acts for itself', async () => {
    const { pool } = setUp();
    const asked = async (host: string, isSource = false) => [
      ...(await takeInventory(pool, guests, { host, isSource })).keys(),
    ];
    expect(await asked('a')).toEqual(['a', 'b']);
    // dc1 is shut off on b: nobody has to be asked about it.
    expect(await asked('b')).toEqual(['b']);
    expect(await asked('b', true)).toEqual(['b', 'a', 'c']);
    expect(await asked('c')).toEqual(['c']);
  });
});
