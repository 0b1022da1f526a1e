import { describe, expect, it } from 'vitest';
import { keyOf, requireDeviceAt } from '../block/devices.js';
import { digestTree, compareTrees } from '../filesystem/digest.js';
import { exists } from '../filesystem/files.js';
import { topMountAt } from '../filesystem/mount-table.js';
import { findPath, removeAt } from '../filesystem/tree-paths.js';
import { unmountLazily } from '../filesystem/unmounting.js';
import { cutLink, healLink } from '../network/links.js';
import type { CopyOutcome } from '../../src/ports/index.js';
import { ProcessKilled } from '../runner/processes.js';
import { type CopyFiles, CopyWorld, sourcePoint, targetPoint } from './copy-world.contract.js';

const zoo: CopyFiles = {
  '/plain': 'text\n',
  '/linked': 'twice\n',
  '/d/again': { hardLink: '/linked' },
  '/link': { symlink: '../up/there' },
  '/null': { device: 'c 1 3', mode: '0666' },
  '/setuid': { text: 'x', mode: '4755' },
  '/attributes': {
    text: 'y',
    xattrs: { 'user.note': 'kept', 'system.posix_acl_access': 'user:7:rw-' },
  },
  '/hole': { size: '10MiB', pattern: '\0', allocated: '8KiB' },
  '/odd\nname': 'z\n',
  '/many': { count: 20, size: '3KiB' },
};
const big: CopyFiles = { '/big': { size: '3GiB', pattern: 'big' } };

function statisticsOf(outcome: CopyOutcome) {
  if (outcome.kind !== 'done') throw new Error(`${outcome.kind}: ${outcome.text}`);
  return outcome.statistics;
}

describe('a simulated copy', () => {
  it('makes the target a faithful copy of the source', async () => {
    const world = await CopyWorld.open({ source: zoo, target: { '/old/file': 'gone\n' } });
    const { deletedEntries, createdEntries } = statisticsOf(
      await world.copier.copy(world.request()),
    );
    expect(compareTrees(world.tree(world.source), world.tree(world.target))).toEqual([]);
    expect(deletedEntries).toBe(2);
    expect(createdEntries).toBe(31);
    expect(findPath(world.tree(world.target), '/hole')?.allocatedBytes).toBe(8192);
  });

  it('finds nothing to do the second time', async () => {
    const world = await CopyWorld.open({ source: zoo, target: {} });
    await world.copier.copy(world.request());
    const again = statisticsOf(await world.copier.copy(world.request()));
    expect(again).toMatchObject({ createdEntries: 0, transferredFiles: 0, deletedEntries: 0 });
  });

  it('counts in a dry pass what the real one does, and changes nothing', async () => {
    const target = { '/plain': 'other', '/old/file': 'gone\n', '/many/file0001': 'x' };
    const world = await CopyWorld.open({ source: zoo, target });
    const before = digestTree(world.tree(world.target));
    const dry = statisticsOf(await world.copier.copy(world.request({ pass: 'dry' })));
    expect(digestTree(world.tree(world.target))).toBe(before);
    const real = statisticsOf(await world.copier.copy(world.request()));
    const { sentBytes: _sent, receivedBytes: _received, ...counts } = real;
    expect(dry).toMatchObject(counts);
  });

  it('misses a change that left size and time as they were', async () => {
    const world = await CopyWorld.open({ source: { '/f': 'one' }, target: { '/f': 'two' } });
    expect(statisticsOf(await world.copier.copy(world.request())).transferredFiles).toBe(0);
  });

  it('stops deleting at the limit, in a dry pass without deleting anything', async () => {
    const world = await CopyWorld.open({ source: {}, target: { '/a': '1', '/b': '2', '/c': '3' } });
    const dry = await world.copier.copy(world.request({ pass: 'dry', maxDeletes: 2 }));
    expect(dry).toMatchObject({ kind: 'deletion-limit', exitCode: 25 });
    expect(world.tree(world.target).inodeCount).toBe(4);
    await world.copier.copy(world.request({ maxDeletes: 2 }));
    expect(world.tree(world.target).inodeCount).toBe(2);
  });

  it('keeps on the target what is excluded', async () => {
    const world = await CopyWorld.open({ source: { '/tmp/a': '1' }, target: { '/tmp/b': '2' } });
    await world.copier.copy(world.request({ excludes: ['/tmp/*'] }));
    const { tree } = { tree: world.tree(world.target) };
    expect([findPath(tree, '/tmp/a'), findPath(tree, '/tmp/b')?.content.text()]).toEqual([
      undefined,
      '2',
    ]);
  });

  it('refuses a source or target that is not the file system proven, and touches nothing', async () => {
    const world = await CopyWorld.open({ source: {}, target: { '/keep': 'me' } });
    const request = world.request();
    const mount = topMountAt(world.source, sourcePoint);
    if (mount !== undefined) unmountLazily(world.source, mount);
    expect(await world.copier.copy(request)).toMatchObject({
      kind: 'source-guard-refused',
      exitCode: 121,
    });
    const fresh = await CopyWorld.open({ source: { '/new': 'x' }, target: {} });
    const ours = fresh.request();
    const target = topMountAt(fresh.target, targetPoint);
    if (target !== undefined) unmountLazily(fresh.target, target);
    expect(await fresh.copier.copy(ours)).toMatchObject({
      kind: 'target-guard-refused',
      exitCode: 123,
    });
    expect(exists(fresh.target, `${targetPoint}/new`)).toBe(false);
  });

  it('goes on inside a tree that is unmounted under it', async () => {
    const more = 'faults: [{ host: dom0a, command: rsync, occurrence: 1, effect: { delay: 5s } }]';
    const world = await CopyWorld.open({ source: zoo, target: { '/plain': 'x' }, more });
    const copying = world.copier.copy(world.request());
    world.simulation.world.clock.schedule(2000, () => {
      const mount = topMountAt(world.source, sourcePoint);
      if (mount !== undefined) unmountLazily(world.source, mount);
    });
    expect(statisticsOf(await copying).deletedEntries).toBe(0);
    expect(findPath(world.tree(world.target), '/plain')?.content.text()).toBe('text\n');
  });
});

describe('a simulated copy in trouble', () => {
  it('ends in the middle of a file when the disk is full', async () => {
    const source = { '/a': '1', '/big': { size: '90MiB', pattern: 'big' }, '/z': '2' };
    const world = await CopyWorld.open({ source, target: { '/old': 'x' }, targetSize: '64MiB' });
    const outcome = await world.copier.copy(world.request());
    expect(outcome).toMatchObject({ kind: 'target-full', exitCode: 11 });
    const tree = world.tree(world.target);
    expect(findPath(tree, '/a')?.content.text()).toBe('1');
    expect([...tree.inode(tree.root).entries.keys()].sort()).toEqual(['a', 'old']);
  });

  it('goes on past an immutable file, and says that something is missing', async () => {
    const target = { '/f': { text: 'old!', immutable: true } };
    const world = await CopyWorld.open({ source: { '/f': 'new', '/g': 'x' }, target });
    const outcome = await world.copier.copy(world.request());
    expect(outcome).toMatchObject({ kind: 'partial', exitCode: 23 });
    expect(findPath(world.tree(world.target), '/f')?.content.text()).toBe('old!');
    expect(findPath(world.tree(world.target), '/g')?.content.text()).toBe('x');
  });

  it.each([
    ['unknownKeys', 'host-key-unknown'],
    ['changedKeys', 'host-key-unknown'],
    ['unauthorized', 'authentication-failed'],
    ['cut', 'connection-lost'],
  ])('does not connect: %s', async (kind, outcome) => {
    const more = `ssh: { ${kind}: [{ from: dom0a, to: dom0b }] }`;
    const world = await CopyWorld.open({ source: zoo, target: {}, more });
    expect(await world.copier.copy(world.request())).toMatchObject({ kind: outcome });
  });

  it('gives up when the network stays dead, and the far side ends by itself later', async () => {
    const world = await CopyWorld.open({ source: big, target: { '/old': 'x' } });
    world.simulation.world.clock.schedule(3000, () => {
      cutLink(world.simulation.world, 'dom0a', 'dom0b');
    });
    expect(await world.copier.copy(world.request())).toMatchObject({
      kind: 'connection-lost',
      exitCode: 255,
    });
    expect([...world.target.processes.values()].map(({ name }) => name)).toEqual(['sh']);
    await world.simulation.settle();
    expect(world.target.processes.size).toBe(0);
    const tree = world.tree(world.target);
    expect([...tree.inode(tree.root).entries.keys()]).toEqual(['old']);
  });

  it('does not notice a network that was away for a moment', async () => {
    const world = await CopyWorld.open({ source: big, target: {} });
    const { clock } = world.simulation.world;
    clock.schedule(3000, () => {
      cutLink(world.simulation.world, 'dom0a', 'dom0b');
      clock.schedule(10_000, () => {
        healLink(world.simulation.world, 'dom0a', 'dom0b');
      });
    });
    expect(await world.copier.copy(world.request())).toMatchObject({ kind: 'done' });
  });

  it('leaves what it had when it is stopped, and no process on either side', async () => {
    const source = { '/a': '1', ...big, '/z': '2' };
    const world = await CopyWorld.open({ source, target: { '/old': 'x' } });
    const stop = new AbortController();
    const seen: number[] = [];
    const outcome = await world.copier.copy(world.request(), {
      signal: stop.signal,
      onProgress: ({ percent }) => {
        seen.push(percent);
        if (percent > 20) stop.abort();
      },
    });
    expect(outcome).toMatchObject({ kind: 'interrupted' });
    expect(Math.max(...seen)).toBeLessThan(50);
    await world.simulation.settle();
    expect([world.source.processes.size, world.target.processes.size]).toEqual([0, 0]);
    const tree = world.tree(world.target);
    expect([...tree.inode(tree.root).entries.keys()].sort()).toEqual(['a', 'old']);
  });

  it('leaves its temporary file when the receiver is killed hard', async () => {
    const world = await CopyWorld.open({ source: big, target: {} });
    world.simulation.world.clock.schedule(5000, () => {
      for (const process of world.target.processes.values()) {
        process.killed.abort(new ProcessKilled('KILL'));
      }
    });
    expect(await world.copier.copy(world.request())).toMatchObject({ exitCode: 10 });
    const tree = world.tree(world.target);
    expect([...tree.inode(tree.root).entries.keys()].join()).toMatch(/^\.big\.[A-Za-z0-9]{6}$/);
  });

  it('deletes nothing when the source gives input/output errors', async () => {
    const world = await CopyWorld.open({ source: { '/a': '1' }, target: { '/old': 'x' } });
    const request = world.request();
    const device = requireDeviceAt(world.source, '/dev/VG/data');
    const sectors = device.kind === 'map' ? (device.table[0]?.sectors ?? 0) : 0;
    if (device.kind === 'map') device.table = [{ kind: 'error', start: 0, sectors }];
    world.source.tableGeneration += 1;
    expect(world.source.devices.has(keyOf(device.number))).toBe(true);
    const outcome = await world.copier.copy(request);
    expect(outcome).toMatchObject({ kind: 'input-output-error', exitCode: 23 });
    expect(outcome.kind === 'done' ? '' : outcome.text).toContain('skipping file deletion');
    expect(findPath(world.tree(world.target), '/old')).toBeDefined();
  });

  it('says that files vanished when they do', async () => {
    const source = { ...big, '/z': '2' };
    const world = await CopyWorld.open({ source, target: {} });
    world.simulation.world.clock.schedule(5000, () => {
      removeAt(world.tree(world.source), '/z', { seconds: 0, nanoseconds: 0 });
    });
    const outcome = await world.copier.copy(world.request());
    expect(outcome).toMatchObject({ kind: 'vanished', exitCode: 24 });
  });

  it('goes on without us when we are killed, until it wants to tell us something', async () => {
    const world = await CopyWorld.open({ source: big, target: {} });
    const { clock } = world.simulation.world;
    clock.schedule(5000, () => {
      world.simulation.controller.die();
    });
    await expect(world.copier.copy(world.request())).rejects.toThrow('SIGKILL');
    await world.simulation.settle();
    expect([world.source.processes.size, world.target.processes.size]).toEqual([0, 0]);
  });
});
