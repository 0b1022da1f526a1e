import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileContent } from '../../fakes/filesystem/content.js';
import { describeTree } from '../../fakes/filesystem/digest.js';
import { SimulatedFileSystem } from '../../fakes/filesystem/file-system.js';
import type { FileTree } from '../../fakes/filesystem/file-tree.js';
import { findPath, makeDirectories, placeAt, walkTree } from '../../fakes/filesystem/tree-paths.js';
import { FaultScript } from '../../fakes/faults/script.js';
import { rsyncCommands } from '../../fakes/commands/rsync.js';
import { Launcher } from '../../fakes/runner/launcher.js';
import { Pipe, pipeOf, readAll } from '../../fakes/runner/pipe.js';
import { addMachine, createWorld } from '../../fakes/world/create.js';

const installed = spawnSync('rsync', ['--version']).status === 0;
const isRoot = process.getuid?.() === 0;

/** One entry of a random tree. Paths are few, so that two trees meet and clash. */
interface Entry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'hard-link';
  readonly text: string;
  readonly mode: number;
  readonly owner: number;
  readonly seconds: number;
}

const paths = ['a', 'b', 'd', 'd/a', 'd/b', 'd/e', 'd/e/a', 'f', 'f/x', 'f/y'];
const entry: fc.Arbitrary<Entry> = fc.record({
  path: fc.constantFrom(...paths),
  kind: fc.constantFrom('file', 'file', 'file', 'directory', 'link', 'hard-link'),
  text: fc.constantFrom('', 'x', 'y', 'longer'),
  mode: fc.constantFrom(0o644, 0o600, 0o755, 0o4755),
  owner: fc.constantFrom(0, 0, 1000),
  seconds: fc.constantFrom(1_700_000_000, 1_700_000_001),
});
const tree = fc.array(entry, { maxLength: 12 });

const optionSets = [
  ['-aHAXS', '--numeric-ids', '--modify-window=-1', '--delete-after'],
  ['-aHAXS', '--numeric-ids', '--modify-window=-1', '--delete-after', '-n'],
  ['-aHAXS', '--numeric-ids', '--modify-window=-1', '--delete-after', '--max-delete=1'],
  ['-aHAXS', '--numeric-ids', '--modify-window=-1', '--delete-after', '--exclude=/d/e'],
  ['-a', '--delete', '--checksum'],
  ['-a'],
];

/** The entries that can be made one after the other, parents before children. */
function consistent(entries: readonly Entry[]): readonly Entry[] {
  const made = new Map<string, Entry>();
  for (const each of [...entries].sort((left, right) => (left.path < right.path ? -1 : 1))) {
    const parent = each.path.includes('/') ? each.path.slice(0, each.path.lastIndexOf('/')) : '';
    const inside = parent === '' || made.get(parent)?.kind === 'directory';
    if (inside && !made.has(each.path)) made.set(each.path, each);
  }
  return [...made.values()];
}

/**
 * Where a hard link takes the place of something else rsync 3.5.0 miscounts, and it ends with 23
 * after a directory though all is well; that is not simulated.
 */
function withoutOddLinks(source: readonly Entry[], target: readonly Entry[]): readonly Entry[] {
  const isPlain = (path: string): boolean =>
    target.every((other) => other.path !== path || other.kind === 'file');
  return source.map((each) =>
    each.kind === 'hard-link' && !isPlain(each.path) ? { ...each, kind: 'file' } : each,
  );
}

function firstFile(made: readonly Entry[]): string | undefined {
  return made.find(({ kind }) => kind === 'file')?.path;
}

function makeSimulated(tree: FileTree, root: string, entries: readonly Entry[]): void {
  const base = { seconds: 1_600_000_000, nanoseconds: 0 };
  makeDirectories(tree, root, base);
  const link = firstFile(entries);
  for (const each of entries) {
    const path = `${root}/${each.path}`;
    const modified = { seconds: each.seconds, nanoseconds: 0 };
    const owner = { uid: each.owner, gid: each.owner, modified };
    if (each.kind === 'hard-link' && link !== undefined && each.path > link) {
      const directory = findPath(tree, path.slice(0, path.lastIndexOf('/')))?.number ?? 0;
      const name = path.slice(path.lastIndexOf('/') + 1);
      tree.link(findPath(tree, `${root}/${link}`)?.number ?? 0, { directory, name }, base);
    } else if (each.kind === 'directory')
      placeAt(tree, path, { kind: 'd', ...owner, mode: each.mode }, base);
    else if (each.kind === 'link')
      placeAt(tree, path, { kind: 'l', target: `to-${each.text}`, ...owner }, base);
    else {
      const content = FileContent.fromText(each.text);
      placeAt(tree, path, { kind: 'f', content, ...owner, mode: each.mode }, base);
    }
  }
  stampDirectories(tree, root, entries);
}

function stampDirectories(tree: FileTree, root: string, entries: readonly Entry[]): void {
  for (const { path, kind, seconds } of entries) {
    const inode = findPath(tree, `${root}/${path}`);
    if (kind === 'directory' && inode !== undefined) {
      tree.setAttributes(inode.number, { modified: { seconds, nanoseconds: 0 } });
    }
  }
  const top = findPath(tree, root);
  const modified = { seconds: 1_600_000_000, nanoseconds: 0 };
  if (top !== undefined) tree.setAttributes(top.number, { modified });
}

function makeReal(root: string, entries: readonly Entry[]): void {
  mkdirSync(root, { mode: 0o755 });
  const link = firstFile(entries);
  for (const each of entries) {
    const path = join(root, each.path);
    if (each.kind === 'hard-link' && link !== undefined && each.path > link) {
      linkSync(join(root, link), path);
      continue;
    }
    if (each.kind === 'directory') mkdirSync(path);
    else if (each.kind === 'link') symlinkSync(`to-${each.text}`, path);
    else writeFileSync(path, each.text);
    if (each.kind === 'link') lchownSync(path, each.owner, each.owner);
    else chownSync(path, each.owner, each.owner);
    if (each.kind !== 'link') chmodSync(path, each.mode);
    if (each.kind !== 'directory') lutimesSync(path, each.seconds, each.seconds);
  }
  for (const { path, kind, seconds } of [...entries].reverse()) {
    if (kind === 'directory') lutimesSync(join(root, path), seconds, seconds);
  }
  lutimesSync(root, 1_600_000_000, 1_600_000_000);
}

/** As {@link describeTree} describes it, read from a real directory. */
function realLines(root: string): readonly string[] {
  const fileSystem = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 30 });
  const { tree } = fileSystem;
  const seen = new Map<number, number>();
  const visit = (directory: string, inodeNumber: number): void => {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      const status = lstatSync(path);
      const modified = { seconds: Math.floor(status.mtimeMs / 1000), nanoseconds: 0 };
      const at = modified;
      const known = seen.get(status.ino);
      if (known !== undefined) {
        tree.link(known, { directory: inodeNumber, name }, at);
        continue;
      }
      const attributes = { mode: status.mode & 0o7777, uid: status.uid, gid: status.gid, modified };
      const place = { directory: inodeNumber, name };
      const made = status.isDirectory()
        ? tree.make({ ...place, kind: 'd', ...attributes }, at)
        : status.isSymbolicLink()
          ? tree.make({ ...place, kind: 'l', target: readlinkSync(path), ...attributes }, at)
          : tree.make(
              {
                ...place,
                kind: 'f',
                content: FileContent.fromBytes(readFileSync(path)),
                ...attributes,
              },
              at,
            );
      if (!status.isDirectory()) seen.set(status.ino, made.number);
      else {
        visit(path, made.number);
        tree.setAttributes(made.number, { modified });
      }
    }
  };
  visit(root, tree.root);
  return lines(tree, tree.root);
}

function lines(tree: FileTree, root: number): readonly string[] {
  const sub = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 30 });
  const copied = new Map<number, number>([[root, sub.tree.root]]);
  const parents = new Map<string, number>([['', sub.tree.root]]);
  for (const { path, inode } of walkTree(tree, root)) {
    const parent = parents.get(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '') ?? 0;
    const place = { directory: parent, name: path.slice(path.lastIndexOf('/') + 1) };
    const known = copied.get(inode.number);
    if (known !== undefined) {
      sub.tree.link(known, place, inode.modified);
      continue;
    }
    const { kind, mode, uid, gid, modified, content, target } = inode;
    const made = sub.tree.make(
      { ...place, kind, mode, uid, gid, modified, content, target },
      modified,
    );
    copied.set(inode.number, made.number);
    if (kind === 'd') parents.set(path, made.number);
  }
  for (const [from, to] of copied) {
    sub.tree.setAttributes(to, { modified: tree.inode(from).modified });
  }
  // Times that nobody set: a directory whose names changed since.
  const now = / (?!1[67]0000000\d\.)\d+\.\d{9}/;
  // Of the root only what is in it is compared: the directories differ in what made them.
  return [...describeTree(sub.tree)]
    .slice(1)
    .map(([path, line]) => `${path} ${line.replace(now, ' now')}`);
}

const counted = [
  'Number of files',
  'Number of created files',
  'Number of deleted files',
  'Number of regular files transferred',
  'Total file size',
  'Total transferred file size',
];

function totals(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => counted.some((name) => line.startsWith(`${name}:`)))
    .map((line) => line.replaceAll(',', ''));
}

async function simulate(
  options: readonly string[],
  source: readonly Entry[],
  target: readonly Entry[],
) {
  const root = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 30 });
  makeSimulated(root.tree, '/source', source);
  makeSimulated(root.tree, '/target', target);
  const world = createWorld({ seed: 'rsync' });
  const tools = new Map([['rsync', { path: '/usr/bin/rsync', version: '3.5.0' }]]);
  const machine = addMachine(world, { name: 'host', rootFileSystem: root, tools });
  const launcher = new Launcher(world, new FaultScript(), rsyncCommands);
  const stdout = new Pipe();
  const { ended } = launcher.launch({
    machine,
    argv: ['rsync', ...options, '--info=stats2', '/source/', '/target/'],
    stdin: pipeOf(''),
    stdout,
  });
  const [{ exitCode }, text] = await Promise.all([ended, readAll(stdout)]);
  const directory = findPath(root.tree, '/target')?.number ?? 0;
  return { exitCode, totals: totals(text), lines: lines(root.tree, directory) };
}

describe.skipIf(!installed || !isRoot)('the simulated rsync, compared with the real one', () => {
  let base = '';
  let count = 0;
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'simulated-rsync-'));
  });
  afterAll(() => {
    rmSync(base, { recursive: true, force: true });
  });

  const reality = (
    options: readonly string[],
    source: readonly Entry[],
    target: readonly Entry[],
  ) => {
    const directory = join(base, String(count++));
    mkdirSync(directory);
    const [from, onto] = [join(directory, 'source'), join(directory, 'target')];
    makeReal(from, source);
    makeReal(onto, target);
    const argv = [...options, '--info=stats2', '--no-human-readable', `${from}/`, `${onto}/`];
    const result = spawnSync('rsync', argv, { encoding: 'utf8', env: { LC_ALL: 'C' } });
    const seen = { exitCode: result.status, totals: totals(result.stdout), lines: realLines(onto) };
    rmSync(directory, { recursive: true });
    return seen;
  };

  it.each(optionSets.map((options) => [options.join(' '), options] as const))(
    'copies, counts and deletes alike with %s',
    async (_name, options) => {
      await fc.assert(
        fc.asyncProperty(tree, tree, async (left, right) => {
          const source = consistent(withoutOddLinks(left, right));
          const target = consistent(right);
          expect(await simulate(options, source, target)).toEqual(reality(options, source, target));
        }),
        { numRuns: 40 },
      );
    },
  );
});
