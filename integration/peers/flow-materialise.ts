import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileContent } from '../../fakes/filesystem/content.js';
import type { FileTree } from '../../fakes/filesystem/file-tree.js';
import { blockBytes, type Inode, type Timestamp } from '../../fakes/filesystem/inode.js';
import { walkTree } from '../../fakes/filesystem/tree-paths.js';
import { quoteCommand } from '../../src/adapters/shared/quote.js';
import { execHere } from './peer/exec-here.js';

/** Contents that went from the simulation into real files, by SHA-256: a pattern stays one. */
export type KnownContents = Map<string, FileContent>;

/**
 * Makes an empty directory the root of a simulated tree: names, contents, holes, owners, modes,
 * extended attributes, hard links, symbolic links, and times to the nanosecond.
 */
export async function materialise(
  tree: FileTree,
  directory: string,
  contents: KnownContents,
): Promise<void> {
  const names = [{ path: '.', inode: tree.inode(tree.root) }, ...walkTree(tree)];
  const madeAs = new Map<number, string>();
  const finishing: string[] = [];
  for (const { path, inode } of names) {
    const place = `${directory}/${path}`;
    const first = madeAs.get(inode.number);
    if (first !== undefined) {
      linkSync(first, place);
      continue;
    }
    madeAs.set(inode.number, place);
    if (path !== '.') make(inode, place, contents);
    lchownSync(place, inode.uid, inode.gid);
    if (inode.kind !== 'l') chmodSync(place, inode.mode);
    finishing.push(finishingCommands(inode, place));
  }
  // Children first: making them has changed the times of their directories.
  await runScript(finishing.reverse());
}

function make(inode: Inode, place: string, contents: KnownContents): void {
  if (inode.kind === 'd') mkdirSync(place);
  else if (inode.kind === 'l') symlinkSync(inode.target, place);
  else if (inode.kind === 'f') writeContent(inode, place, contents);
  else throw new Error(`${place}: the flow has no use for entries of kind ${inode.kind}`);
}

function writeContent(inode: Inode, place: string, contents: KnownContents): void {
  const { content, allocatedBytes } = inode;
  const bytes = content.bytes();
  contents.set(createHash('sha256').update(bytes).digest('hex'), content);
  if (allocatedBytes >= bytes.length) {
    writeFileSync(place, bytes);
    return;
  }
  const file = openSync(place, 'w');
  ftruncateSync(file, bytes.length);
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const block = bytes.subarray(start, start + blockBytes);
    if (block.some((byte) => byte !== 0)) writeSync(file, block, 0, block.length, start);
  }
  closeSync(file);
}

/** What Node cannot do: extended attributes, and times finer than its own numbers. */
function finishingCommands({ xattrs, modified }: Inode, place: string): string {
  const attributes = Object.entries(xattrs).map(([name, value]) => {
    const hexadecimal = `0x${Buffer.from(value, 'latin1').toString('hex')}`;
    return quoteCommand(['setfattr', '-h', '-n', name, '-v', hexadecimal, '--', place]);
  });
  const time = quoteCommand(['touch', '-h', '-d', timeText(modified), '--', place]);
  return [...attributes, time].join('\n');
}

function timeText({ seconds, nanoseconds }: Timestamp): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length);
  return `${whole}.${String(nanoseconds).padStart(9, '0')}Z`;
}

async function runScript(commands: readonly string[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'xen-backup-materialise-'));
  try {
    const script = join(directory, 'script');
    writeFileSync(script, ['set -e', ...commands, ''].join('\n'));
    const { exitCode, stderr } = await execHere(['sh', script]);
    if (exitCode !== 0) throw new Error(`materialising: ${stderr}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
