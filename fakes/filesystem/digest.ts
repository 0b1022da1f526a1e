import { createHash } from 'node:crypto';
import type { FileTree } from './file-tree.js';
import type { Inode } from './inode.js';
import { walkTree, type WalkedName } from './tree-paths.js';

/**
 * One line for each entry of a tree, with everything that a faithful copy must keep: kind, mode,
 * owner, size, digest, link target, device, mtime to the nanosecond, xattrs, and the first name
 * of its hard-link group. Inode numbers are left out: a copy has others.
 */
export function describeTree(tree: FileTree): ReadonlyMap<string, string> {
  const walked: WalkedName[] = [{ path: '.', inode: tree.inode(tree.root) }, ...walkTree(tree)];
  const firstNames = new Map<number, string>();
  const lines = new Map<string, string>();
  for (const { path, inode } of walked) {
    const first = firstNames.get(inode.number);
    if (first === undefined) firstNames.set(inode.number, path);
    lines.set(path, describeInode(inode, first));
  }
  return lines;
}

/** SHA-256 over {@link describeTree}: equal for two trees that nobody can tell apart by lstat. */
export function digestTree(tree: FileTree): string {
  const hash = createHash('sha256');
  for (const [path, line] of describeTree(tree)) hash.update(JSON.stringify([path, line]));
  return hash.digest('hex');
}

function describeInode(inode: Inode, linkOf: string | undefined): string {
  const { kind, mode, uid, gid, modified, xattrs } = inode;
  const parts = [`${kind}${mode.toString(8)}`, `${uid}:${gid}`];
  if (kind === 'f') parts.push(`${inode.content.sizeBytes}`, inode.content.digest());
  if (kind === 'l') parts.push(`-> ${inode.target}`);
  if (kind === 'c' || kind === 'b') parts.push(`${inode.device.major}:${inode.device.minor}`);
  parts.push(`${modified.seconds}.${String(modified.nanoseconds).padStart(9, '0')}`);
  if (linkOf !== undefined) parts.push(`= ${linkOf}`);
  for (const [name, value] of Object.entries(xattrs).sort()) parts.push(`${name}=${value}`);
  return parts.join(' ');
}

/** How two trees differ: `+` only on the right, `-` only on the left, `~` differently described. */
export function compareTrees(left: FileTree, right: FileTree): readonly string[] {
  const before = describeTree(left);
  const after = describeTree(right);
  const removed = [...before.keys()].filter((path) => !after.has(path)).map((path) => `- ${path}`);
  const added = [...after].flatMap(([path, line]) => {
    const old = before.get(path);
    if (old === undefined) return [`+ ${path}`];
    return old === line ? [] : [`~ ${path}: ${old} | ${line}`];
  });
  return [...removed, ...added];
}
