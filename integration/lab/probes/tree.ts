import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { command } from './command.js';

/** Everything about one file that a faithful copy keeps. Bytes are kept in latin1 strings. */
export interface TreeEntry {
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970, as decimal text: a number would round them. */
  readonly mtimeNs: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly target?: string;
  readonly device?: string;
  /** The first name, in byte order, of the same inode; only where there are several. */
  readonly linkedTo?: string;
  /** `name=0xvalue`, sorted: user, trusted, ACLs, capabilities. */
  readonly xattrs?: readonly string[];
  readonly allocatedBytes: number;
}

type Tree = Record<string, TreeEntry>;

interface Walk {
  readonly root: Buffer;
  readonly device: bigint;
  readonly excluded: (name: string) => boolean;
  readonly xattrs: ReadonlyMap<string, readonly string[]>;
  readonly inodes: Map<bigint, string[]>;
  readonly tree: Map<string, TreeEntry>;
}

/**
 * Walks one mounted file system, not what is mounted in it. Names start with `/` at its root.
 * `excluded` names folders or files left out, with all below them; `NAME/*` keeps NAME itself.
 */
export function readTree(root: string, excluded: readonly string[]): Tree {
  const bytes = Buffer.from(root, 'latin1');
  const walk: Walk = {
    root: bytes,
    device: lstatSync(bytes, { bigint: true }).dev,
    excluded: (name) => excluded.some((pattern) => isBelow(name, pattern)),
    xattrs: readXattrs(root),
    inodes: new Map(),
    tree: new Map(),
  };
  visit(walk, '');
  nameHardLinks(walk);
  return Object.fromEntries([...walk.tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isBelow(name: string, pattern: string): boolean {
  if (pattern.endsWith('/*')) return name.startsWith(pattern.slice(0, -1));
  return name === pattern || name.startsWith(`${pattern}/`);
}

function visit(walk: Walk, name: string): void {
  if (name !== '' && walk.excluded(name)) return;
  const file = Buffer.concat([walk.root, Buffer.from(name, 'latin1')]);
  const stat = lstatSync(file, { bigint: true });
  walk.tree.set(name === '' ? '/' : name, describe(walk, name, file, stat));
  if (stat.isDirectory()) {
    if (stat.dev !== walk.device) return;
    for (const entry of readdirSync(file, { encoding: 'buffer' })) {
      visit(walk, `${name}/${entry.toString('latin1')}`);
    }
  } else if (stat.nlink > 1n) {
    walk.inodes.set(stat.ino, [...(walk.inodes.get(stat.ino) ?? []), name]);
  }
}

function describe(walk: Walk, name: string, file: Buffer, stat: BigIntStats): TreeEntry {
  const xattrs = walk.xattrs.get(name);
  return {
    type: typeOf(stat),
    mode: Number(stat.mode & 0o7777n),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeNs: stat.mtimeNs.toString(),
    allocatedBytes: Number(stat.blocks) * 512,
    ...(stat.isFile() ? { size: Number(stat.size), sha256: hashOf(file) } : {}),
    ...(stat.isSymbolicLink() ? { target: readlinkSync(file, 'latin1') } : {}),
    ...(stat.isBlockDevice() || stat.isCharacterDevice() ? { device: stat.rdev.toString() } : {}),
    ...(xattrs === undefined ? {} : { xattrs }),
  };
}

function typeOf(stat: BigIntStats): string {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isBlockDevice()) return 'block device';
  if (stat.isCharacterDevice()) return 'character device';
  return stat.isFIFO() ? 'fifo' : 'socket';
}

function hashOf(file: Buffer): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  const fd = openSync(file, 'r');
  try {
    for (let count = readSync(fd, chunk); count > 0; count = readSync(fd, chunk)) {
      hash.update(chunk.subarray(0, count));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

function nameHardLinks(walk: Walk): void {
  for (const names of walk.inodes.values()) {
    const [first = ''] = [...names].sort();
    for (const name of names) {
      const entry = walk.tree.get(name);
      if (entry !== undefined) walk.tree.set(name, { ...entry, linkedTo: first });
    }
  }
}

/** All extended attributes below `root`, by name from the root, read by one `getfattr`. */
function readXattrs(root: string): Map<string, readonly string[]> {
  const dump = command(
    ...([
      'getfattr',
      '-R',
      '-P',
      '-h',
      '-d',
      '-m',
      '-',
      '-e',
      'hex',
      '--absolute-names',
      root,
    ] as const),
  );
  const found = new Map<string, readonly string[]>();
  for (const block of dump.split('\n\n')) {
    const [head, ...attributes] = block.split('\n').filter((line) => line !== '');
    if (head === undefined) continue;
    const file = unescape(head.replace(/^# file: /, ''));
    found.set(file.slice(root.length), attributes.sort());
  }
  return found;
}

/** getfattr writes a newline, a carriage return and a backslash in a name as octal. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
