import type { Timestamp } from '../filesystem/inode.js';
import type { EntryAttributes, EntryDescription } from '../filesystem/populate.js';
import type { FileInput, FilesInput } from './schema-content.js';

/** Entries of a scenario as the file system takes them. */
export function entriesOf(files: FilesInput): Readonly<Record<string, EntryDescription>> {
  return Object.fromEntries(Object.entries(files).map(([path, entry]) => [path, entryOf(entry)]));
}

function entryOf(file: FileInput): EntryDescription {
  if (file === null || typeof file === 'string') return file;
  const attributes = attributesOf(file);
  const { text, base64, pattern, count, symlink, hardLink, device, size = 0 } = file;
  if (text !== undefined) return { ...attributes, kind: 'text', text };
  if (base64 !== undefined) return { ...attributes, kind: 'bytes', base64 };
  if (count !== undefined)
    return { ...attributes, kind: 'files', count, prefix: 'file', sizeBytes: size };
  if (symlink !== undefined) return { ...attributes, kind: 'symlink', target: symlink };
  if (hardLink !== undefined) return { ...attributes, kind: 'hard-link', to: hardLink };
  if (device !== undefined) return { ...attributes, kind: 'device', ...deviceOf(device) };
  if (file.directory === true) return { ...attributes, kind: 'directory' };
  if (file.fifo === true) return { ...attributes, kind: 'fifo' };
  if (file.socket === true) return { ...attributes, kind: 'socket' };
  if (pattern === undefined && file.size === undefined)
    return { ...attributes, kind: 'attributes' };
  const { allocated } = file;
  const sparse = allocated === undefined ? {} : { allocatedBytes: allocated };
  return {
    ...attributes,
    kind: 'pattern',
    pattern: pattern ?? 'data ',
    sizeBytes: size,
    ...sparse,
  };
}

function deviceOf(text: string): { type: 'b' | 'c'; major: number; minor: number } {
  const [type, major, minor] = text.split(' ');
  return { type: type === 'b' ? 'b' : 'c', major: Number(major), minor: Number(minor) };
}

function attributesOf(file: Exclude<FileInput, string | null>): EntryAttributes {
  const { mode, uid, gid, modified, xattrs, immutable } = file;
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(modified === undefined ? {} : { modified: timestampOf(modified) }),
    ...(xattrs === undefined ? {} : { xattrs }),
    ...(immutable === undefined ? {} : { immutable }),
  };
}

function timestampOf(text: string): Timestamp {
  const [, whole = text, decimals = ''] = /^(.*?)(?:\.(\d+))?Z?$/.exec(text) ?? [];
  const seconds = Date.parse(whole.includes('T') ? `${whole}Z` : whole) / 1000;
  return { seconds, nanoseconds: Number(decimals.padEnd(9, '0')) };
}
