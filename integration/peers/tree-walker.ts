import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  type BigIntStats,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';

/** Everything there is to know of one entry, in a form that compares and prints well. */
export interface TreeEntry {
  readonly type: 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'character' | 'block';
  readonly mode: string;
  readonly owner: string;
  readonly modified: string;
  /** Of files; of directories it depends on the file system. */
  readonly size?: string;
  readonly sha256?: string;
  readonly target?: string;
  readonly device?: string;
  /** First name, in order, of the file that this is a hard link of. */
  readonly sameAs?: string;
  /** `name=0xhex`, sorted; ACLs and capabilities among them. */
  readonly attributes: readonly string[];
}

export interface Tree {
  /** By path relative to the root; bytes that are not ASCII, and controls, appear as \xNN. */
  readonly entries: Readonly<Record<string, TreeEntry>>;
  /** Blocks of 512 bytes that each regular file takes: compared with slack, never equal. */
  readonly blocks: Readonly<Record<string, number>>;
}

/** Reads a whole tree by lstat and getfattr: a judge that shares nothing with rsync. */
export function walkTree(root: string): Tree {
  const found = listTree(Buffer.from(root));
  const attributes = attributesOf(
    root,
    found.map(({ path }) => path),
  );
  const firstNames = new Map<string, string>();
  const entries: Record<string, TreeEntry> = {};
  const blocks: Record<string, number> = {};
  for (const { path, status } of found) {
    const name = printableName(path);
    const first = firstNames.get(String(status.ino)) ?? name;
    firstNames.set(String(status.ino), first);
    const full = Buffer.concat([Buffer.from(`${root}/`), path]);
    entries[name] = describe(
      full,
      status,
      attributes.get(name) ?? [],
      first === name ? undefined : first,
    );
    if (status.isFile()) blocks[name] = Number(status.blocks);
  }
  return { entries, blocks };
}

interface Found {
  readonly path: Buffer;
  readonly status: BigIntStats;
}

function listTree(root: Buffer, below = Buffer.from('.')): Found[] {
  const status = lstatSync(Buffer.concat([root, Buffer.from('/'), below]), { bigint: true });
  const self = { path: below, status };
  if (!status.isDirectory()) return [self];
  const names = readdirSync(Buffer.concat([root, Buffer.from('/'), below]), { encoding: 'buffer' });
  const sorted = [...names].sort((left, right) => Buffer.compare(left, right));
  // lost+found belongs to the file system, not to the guest.
  const kept = sorted.filter(
    (name) => !(below.equals(Buffer.from('.')) && name.equals(Buffer.from('lost+found'))),
  );
  return [
    self,
    ...kept.flatMap((name) => listTree(root, Buffer.concat([below, Buffer.from('/'), name]))),
  ];
}

function describe(
  path: Buffer,
  status: BigIntStats,
  attributes: readonly string[],
  sameAs: string | undefined,
): TreeEntry {
  const type = typeOf(status);
  return {
    type,
    mode: (Number(status.mode) & 0o7777).toString(8),
    owner: `${status.uid}:${status.gid}`,
    modified: String(status.mtimeNs),
    ...(type === 'file' ? { size: String(status.size), sha256: hashOf(path) } : {}),
    ...(type === 'link'
      ? { target: printableName(readlinkSync(path, { encoding: 'buffer' })) }
      : {}),
    ...(type === 'character' || type === 'block' ? { device: String(status.rdev) } : {}),
    ...(sameAs === undefined ? {} : { sameAs }),
    attributes,
  };
}

function typeOf(status: BigIntStats): TreeEntry['type'] {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  if (status.isSymbolicLink()) return 'link';
  if (status.isFIFO()) return 'fifo';
  if (status.isSocket()) return 'socket';
  return status.isCharacterDevice() ? 'character' : 'block';
}

function hashOf(path: Buffer): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  const piece = Buffer.alloc(1024 * 1024);
  for (let bytes = readSync(file, piece); bytes > 0; bytes = readSync(file, piece)) {
    hash.update(piece.subarray(0, bytes));
  }
  closeSync(file);
  return hash.digest('hex');
}

/** Extended attributes of all namespaces, by one getfattr for many paths. */
function attributesOf(root: string, paths: readonly Buffer[]): Map<string, string[]> {
  const input = Buffer.concat(paths.flatMap((path) => [path, Buffer.from([0])]));
  const argv = [
    '-0',
    'getfattr',
    // Without it the names come back without their "./", and nobody would find them again.
    '--absolute-names',
    '--no-dereference',
    '--dump',
    '--match=-',
    '--encoding=hex',
    '--',
  ];
  const { stdout, stderr, status } = spawnSync('xargs', argv, {
    cwd: root,
    input,
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`getfattr: ${stderr.toString('utf8')}`);
  const found = new Map<string, string[]>();
  const asked = new Set(paths.map(printableName));
  for (const block of stdout.toString('latin1').split('\n\n')) {
    const [header = '', ...lines] = block.split('\n');
    const name = /^# file: (.*)$/.exec(header)?.[1];
    if (name === undefined) continue;
    const bytes = name.replaceAll(/\\([0-7]{3}|\\)/g, (_, code: string) =>
      code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
    );
    const printable = printableName(Buffer.from(bytes, 'latin1'));
    if (!asked.has(printable)) throw new Error(`getfattr names what was not asked: ${printable}`);
    found.set(printable, lines.filter((line) => line !== '').sort());
  }
  return found;
}

function printableName(name: Uint8Array): string {
  return [...name]
    .map((byte) =>
      byte > 0x20 && byte < 0x7f && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, '0')}`,
    )
    .join('');
}
