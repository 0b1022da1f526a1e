import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileContent } from './content.js';
import { digestTree } from './digest.js';
import { KernelError } from './errno.js';
import { type FileSystemData, SimulatedFileSystem } from './file-system.js';
import type { FileTree } from './file-tree.js';
import { timestampFromMs } from './inode.js';
import { populate } from './populate.js';
import { findPath, placeAt, removeAt, walkTree } from './tree-paths.js';

const at = timestampFromMs(1_700_000_000_000);
const later = { seconds: 1_700_000_001, nanoseconds: 7 };

function ext4(sizeBytes = 2 ** 30): FileTree {
  return SimulatedFileSystem.make({ type: 'ext4', sizeBytes }).tree;
}

type Change =
  | { readonly kind: 'write'; readonly name: string; readonly text: string }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'mode'; readonly name: string; readonly mode: number };

function errnoOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (error instanceof KernelError) return error.errno;
    throw error;
  }
  return 'none';
}

describe('a file tree', () => {
  it('keeps hard links as two names of one inode', () => {
    const tree = ext4();
    populate(tree, { '/a': 'text', '/b': { kind: 'hard-link', to: '/a' } }, at);
    expect(findPath(tree, '/a')?.links).toBe(2);
    removeAt(tree, '/a', at);
    expect(findPath(tree, '/b')).toMatchObject({ links: 1, kind: 'f' });
    expect(findPath(tree, '/b')?.content.text()).toBe('text');
  });

  it('is full when the blocks are given out, and has room again when a file is gone', () => {
    const tree = ext4(2 ** 20);
    const content = FileContent.fromPattern('x', 600_000);
    placeAt(tree, '/one', { kind: 'f', content }, at);
    expect(errnoOf(() => placeAt(tree, '/two', { kind: 'f', content }, at))).toBe('ENOSPC');
    removeAt(tree, '/one', at);
    expect(errnoOf(() => placeAt(tree, '/two', { kind: 'f', content }, at))).toBe('none');
  });

  it('counts a sparse file by the blocks it has, not by its size', () => {
    const tree = ext4(2 ** 20);
    const hole = { kind: 'pattern', pattern: '\0', sizeBytes: 2 ** 40, allocatedBytes: 0 } as const;
    populate(tree, { '/hole': hole }, at);
    expect(findPath(tree, '/hole')).toMatchObject({ allocatedBytes: 0 });
  });

  it('refuses every change of an immutable file and of an immutable directory', () => {
    const tree = ext4();
    populate(tree, { '/d/f': { kind: 'text', text: 'x', immutable: true } }, at);
    const file = findPath(tree, '/d/f')?.number ?? 0;
    expect(
      errnoOf(() => {
        tree.write(file, FileContent.empty, at);
      }),
    ).toBe('EPERM');
    expect(
      errnoOf(() => {
        tree.setAttributes(file, { mode: 0o600 });
      }),
    ).toBe('EPERM');
    expect(
      errnoOf(() => {
        removeAt(tree, '/d/f', at);
      }),
    ).toBe('EPERM');
    tree.setAttributes(file, { immutable: false });
    tree.setAttributes(findPath(tree, '/d')?.number ?? 0, { immutable: true });
    expect(
      errnoOf(() => {
        removeAt(tree, '/d/f', at);
      }),
    ).toBe('EPERM');
    expect(errnoOf(() => placeAt(tree, '/d/new', { kind: 'f' }, at))).toBe('EPERM');
  });

  it('has no links, owners and odd seconds on FAT', () => {
    const tree = SimulatedFileSystem.make({ type: 'vfat', sizeBytes: 2 ** 25 }).tree;
    const odd = { seconds: 1_700_000_001, nanoseconds: 5 };
    populate(tree, { '/F': { kind: 'text', text: 'x', uid: 1000, modified: odd } }, at);
    expect(findPath(tree, '/F')).toMatchObject({
      uid: 0,
      mode: 0o755,
      modified: { seconds: 1_700_000_000, nanoseconds: 0 },
    });
    expect(errnoOf(() => placeAt(tree, '/l', { kind: 'l', target: 'F' }, at))).toBe('EPERM');
  });

  it('stamps a directory when a name in it changes', () => {
    const tree = ext4();
    populate(tree, { '/d/f': 'x' }, at);
    removeAt(tree, '/d/f', later);
    expect(findPath(tree, '/d')?.modified).toEqual(later);
  });
});

describe('a fork of a file system', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd/x', 'd/y', 'd/e/z');
  const change = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), name, text: fc.string() }),
    fc.record({ kind: fc.constant('remove' as const), name }),
    fc.record({ kind: fc.constant('mode' as const), name, mode: fc.nat(0o777) }),
  );
  const apply = (tree: FileTree, changes: readonly Change[]): void => {
    for (const step of changes) {
      const inode = findPath(tree, step.name);
      if (step.kind === 'write') {
        placeAt(tree, step.name, { kind: 'f', content: FileContent.fromText(step.text) }, later);
      } else if (inode !== undefined) {
        if (step.kind === 'remove') removeAt(tree, step.name, later);
        else tree.setAttributes(inode.number, { mode: step.mode });
      }
    }
  };

  it('does not see what the origin changes, nor the origin what it changes', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), fc.array(change), (first, left, right) => {
        const origin = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 30 });
        apply(origin.tree, first);
        const fork = origin.fork();
        const before = digestTree(origin.tree);
        apply(origin.tree, left);
        expect(digestTree(fork.tree)).toBe(before);
        const afterLeft = digestTree(origin.tree);
        apply(fork.tree, right);
        expect(digestTree(origin.tree)).toBe(afterLeft);
      }),
    );
  });

  it('counts used bytes as the sum over its inodes, and survives JSON', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), (first, second) => {
        const origin = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 30 });
        apply(origin.tree, first);
        const { tree } = origin.fork();
        apply(tree, second);
        const sum = [...walkTree(tree)].reduce(
          (bytes, { inode }) => bytes + inode.allocatedBytes,
          4096,
        );
        expect(tree.usedBytes).toBe(sum);
        const fileSystem = origin.fork();
        fileSystem.beginUse(5);
        const data: FileSystemData = JSON.parse(JSON.stringify(fileSystem));
        const copy = SimulatedFileSystem.fromJSON(data);
        expect(digestTree(copy.tree)).toBe(digestTree(fileSystem.tree));
        expect(copy.superblockText()).toBe(fileSystem.superblockText());
        expect(copy.tree.usedBytes).toBe(fileSystem.tree.usedBytes);
      }),
    );
  });
});

describe('a journal', () => {
  it('shows the state before the last changes until it is replayed', () => {
    const fileSystem = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 30 });
    populate(fileSystem.tree, { '/counter': '1' }, at);
    fileSystem.beginUse(0);
    fileSystem.beginChanges(10_000);
    populate(fileSystem.tree, { '/counter': '2' }, later);
    const snapshot = fileSystem.fork();
    expect(snapshot.journal).toBe('needs-recovery');
    expect(findPath(snapshot.unreplayedTree, '/counter')?.content.text()).toBe('1');
    snapshot.replay();
    expect(findPath(snapshot.unreplayedTree, '/counter')?.content.text()).toBe('2');
    expect(fileSystem.journal).toBe('needs-recovery');
  });

  it('leaves a stamp in the superblock at each read-write mount', () => {
    const fileSystem = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 30 });
    const before = fileSystem.superblockText();
    fileSystem.beginUse(0);
    fileSystem.replay();
    expect(fileSystem.superblockText()).not.toBe(before);
    expect(fileSystem.use.mountCount).toBe(1);
  });
});
