import { readFileSync } from 'node:fs';
import { FileContent } from '../../fakes/filesystem/content.js';
import type { FileTree } from '../../fakes/filesystem/file-tree.js';
import {
  allocationOf,
  type InodeKind,
  type NewInode,
  type Timestamp,
} from '../../fakes/filesystem/inode.js';
import { removeAt } from '../../fakes/filesystem/tree-paths.js';
import type { KnownContents } from './flow-materialise.js';
import { type TreeEntry, walkTree } from './tree-walker.js';

/** What is read back, and where to. */
export interface ReadBackRequest {
  readonly directory: string;
  readonly tree: FileTree;
  readonly contents: KnownContents;
  readonly at: Timestamp;
}

/** Makes a simulated tree equal to a real directory, whatever it held before. */
export function readBack({ directory, tree, contents, at }: ReadBackRequest): void {
  for (const name of tree.inode(tree.root).entries.keys()) removeAt(tree, name, at);
  const { entries, blocks } = walkTree(directory);
  const numbers = new Map<string, number>([['.', tree.root]]);
  const found = (name: string): number => {
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`${name} was not met before it was needed`);
    return number;
  };
  for (const [name, entry] of Object.entries(entries)) {
    if (name === '.') continue;
    const slash = name.lastIndexOf('/');
    const place = { directory: found(name.slice(0, slash)), name: decode(name.slice(slash + 1)) };
    if (entry.sameAs === undefined) {
      const content = contentOf(entry, `${directory}/${decode(name)}`, contents);
      const allocated = entry.type === 'file' ? allocationIn(content, blocks[name]) : {};
      const made = tree.make({ ...place, kind: kindOf(entry), ...content, ...allocated }, at);
      numbers.set(name, made.number);
    } else {
      numbers.set(name, found(entry.sameAs));
      tree.link(found(entry.sameAs), place, at);
    }
  }
  // Last of all: whatever is made in a directory changes its time.
  for (const [name, entry] of Object.entries(entries)) {
    tree.setAttributes(found(name), attributesOf(entry));
  }
}

function kindOf({ type }: TreeEntry): InodeKind {
  if (type === 'file') return 'f';
  if (type === 'directory') return 'd';
  if (type === 'link') return 'l';
  throw new Error(`the flow has no use for a ${type}`);
}

function contentOf(entry: TreeEntry, path: string, contents: KnownContents): NewInode {
  if (entry.target !== undefined) return { target: decode(entry.target) };
  if (entry.sha256 === undefined) return {};
  const known = contents.get(entry.sha256);
  return { content: known ?? FileContent.fromBytes(readFileSync(path)) };
}

function allocationIn({ content }: NewInode, blocks = 0): NewInode {
  return { allocatedBytes: Math.min(allocationOf(content?.sizeBytes ?? 0), blocks * 512) };
}

function attributesOf({ mode, owner, modified, attributes }: TreeEntry) {
  const [uid = 0, gid = 0] = owner.split(':').map(Number);
  const nanoseconds = BigInt(modified);
  const billion = 1_000_000_000n;
  const rest = ((nanoseconds % billion) + billion) % billion;
  return {
    mode: Number.parseInt(mode, 8),
    uid,
    gid,
    modified: { seconds: Number((nanoseconds - rest) / billion), nanoseconds: Number(rest) },
    xattrs: Object.fromEntries(attributes.map(decodeAttribute)),
  };
}

function decodeAttribute(line: string): [name: string, value: string] {
  const [, name = '', hexadecimal = ''] = /^([^=]+)=0x([0-9a-f]*)$/.exec(line) ?? [];
  if (name === '') throw new Error(`not an attribute: ${line}`);
  return [name, Buffer.from(hexadecimal, 'hex').toString('latin1')];
}

/** The walker's printable form, back to the name. Names of this flow are all UTF-8. */
function decode(printable: string): string {
  const bytes = printable.replaceAll(/\\x([0-9a-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
