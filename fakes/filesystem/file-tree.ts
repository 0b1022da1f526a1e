import { type FileContent } from './content.js';
import { KernelError } from './errno.js';
import type { Inode, InodeAttributes, InodeKind, NewInode, Timestamp } from './inode.js';
import { allocationOf } from './inode.js';
import { InodeTable, type InodeRecord } from './inode-table.js';
import type { FileSystemTraits } from './traits.js';

/** What of a file's attributes is to change. */
export type AttributeChange = Partial<InodeAttributes>;

/** Where a new name goes, what it leads to and when it was made. */
export interface MakeRequest extends NewInode {
  readonly directory: number;
  readonly name: string;
  readonly kind: InodeKind;
}

/** A name in a directory. */
export interface DirectoryName {
  readonly directory: number;
  readonly name: string;
}

/**
 * Names, contents and attributes of one file system, with the kernel's rules: what may be
 * linked, what is full, what is immutable. It knows nothing of mounts and devices.
 *
 * @throws {@link KernelError} as the system call of the same meaning fails.
 */
export class FileTree {
  readonly #traits: FileSystemTraits;
  readonly #table: InodeTable;
  /** Bytes that can be given out; more is ENOSPC. */
  capacityBytes: number;

  constructor(traits: FileSystemTraits, capacityBytes: number, table: InodeTable) {
    this.#traits = traits;
    this.capacityBytes = capacityBytes;
    this.#table = table;
  }

  static empty(traits: FileSystemTraits, capacityBytes: number, madeAt: Timestamp): FileTree {
    const table = new InodeTable(traits.rootInode);
    table.add('d', madeAt, {});
    return new FileTree(traits, capacityBytes, table);
  }

  /** The same tree, to be changed independently; shares everything until then. */
  copy(): FileTree {
    return new FileTree(this.#traits, this.capacityBytes, this.#table.copy());
  }

  get root(): number {
    return this.#traits.rootInode;
  }

  get usedBytes(): number {
    return this.#table.usedBytes;
  }

  /** Number of inodes, the root among them. */
  get inodeCount(): number {
    return this.#table.size;
  }

  inode(number: number): Inode {
    return this.#table.get(number);
  }

  lookup(directory: number, name: string): Inode | undefined {
    const inode = this.#directory(directory);
    const number = inode.entries.get(name);
    return number === undefined ? undefined : this.#table.get(number);
  }

  make(request: MakeRequest, at: Timestamp): Inode {
    const { directory, name, kind, ...init } = request;
    if (!this.#traits.posix && kind !== 'f' && kind !== 'd') throw new KernelError('EPERM', name);
    this.#refuseTaken(directory, name);
    const needed = init.allocatedBytes ?? allocationOf(init.content?.sizeBytes ?? 0);
    this.#reserve(kind === 'd' ? 4096 : needed, name);
    const made = this.#table.add(kind, at, this.#withoutForeignAttributes(init));
    this.#editDirectory(directory, at).entries.set(name, made.number);
    return made;
  }

  link(existing: number, place: DirectoryName, at: Timestamp): void {
    const inode = this.#table.get(existing);
    if (!this.#traits.posix || inode.kind === 'd' || inode.immutable) {
      throw new KernelError('EPERM', place.name);
    }
    this.#refuseTaken(place.directory, place.name);
    this.#editDirectory(place.directory, at).entries.set(place.name, existing);
    this.#table.edit(existing).links += 1;
  }

  unlink(place: DirectoryName, at: Timestamp): void {
    const inode = this.#existing(place);
    if (inode.kind === 'd') throw new KernelError('EISDIR', place.name);
    this.#refuseImmutable(inode, place.name);
    this.#editDirectory(place.directory, at).entries.delete(place.name);
    this.#drop(inode);
  }

  removeDirectory(place: DirectoryName, at: Timestamp): void {
    const inode = this.#existing(place);
    if (inode.kind !== 'd') throw new KernelError('ENOTDIR', place.name);
    if (inode.entries.size > 0) throw new KernelError('ENOTEMPTY', place.name);
    this.#refuseImmutable(inode, place.name);
    this.#editDirectory(place.directory, at).entries.delete(place.name);
    this.#drop(inode);
  }

  /** Moves a name; a file at the new place is replaced in the same instant, as rename(2) does. */
  rename(from: DirectoryName, to: DirectoryName, at: Timestamp): void {
    const inode = this.#existing(from);
    this.#refuseImmutable(inode, from.name);
    const replaced = this.lookup(to.directory, to.name);
    if (replaced?.number === inode.number) return;
    if (replaced !== undefined) {
      if (replaced.kind === 'd') this.removeDirectory(to, at);
      else this.unlink(to, at);
    }
    this.#editDirectory(from.directory, at).entries.delete(from.name);
    this.#editDirectory(to.directory, at).entries.set(to.name, inode.number);
  }

  /** Replaces a regular file's content. `allocatedBytes` less than the size makes it sparse. */
  write(number: number, content: FileContent, at: Timestamp, allocatedBytes?: number): void {
    const before = this.#table.get(number);
    if (before.kind !== 'f') throw new KernelError(before.kind === 'd' ? 'EISDIR' : 'EINVAL');
    this.#refuseImmutable(before, '');
    const allocation = allocatedBytes ?? allocationOf(content.sizeBytes);
    this.#reserve(allocation - before.allocatedBytes, '');
    this.#table.usedBytes += allocation - before.allocatedBytes;
    const inode = this.#table.edit(number);
    inode.content = content;
    inode.allocatedBytes = allocation;
    inode.modified = this.#rounded(at);
  }

  /** chmod, chown, utimensat, setxattr and chattr in one. */
  setAttributes(number: number, change: AttributeChange): void {
    const before = this.#table.get(number);
    // chattr -i is the one change an immutable file admits.
    if (before.immutable && change.immutable !== false) throw new KernelError('EPERM');
    if (!this.#traits.posix && change.xattrs !== undefined) throw new KernelError('EOPNOTSUPP');
    Object.assign(this.#table.edit(number), this.#withoutForeignAttributes(change));
  }

  toJSON(): ReturnType<InodeTable['toJSON']> {
    return this.#table.toJSON();
  }

  #directory(number: number): Inode {
    const inode = this.#table.get(number);
    if (inode.kind !== 'd') throw new KernelError('ENOTDIR');
    return inode;
  }

  #editDirectory(number: number, at: Timestamp): InodeRecord {
    this.#refuseImmutable(this.#directory(number), '');
    const inode = this.#table.edit(number);
    inode.modified = this.#rounded(at);
    return inode;
  }

  #existing(place: DirectoryName): Inode {
    const inode = this.lookup(place.directory, place.name);
    if (inode === undefined) throw new KernelError('ENOENT', place.name);
    // Nothing leaves or enters an immutable directory.
    this.#refuseImmutable(this.#directory(place.directory), place.name);
    return inode;
  }

  #drop(inode: Inode): void {
    if (inode.links > 1) this.#table.edit(inode.number).links -= 1;
    else this.#table.remove(inode.number);
  }

  #refuseTaken(directory: number, name: string): void {
    if (Buffer.byteLength(name) > 255) throw new KernelError('ENAMETOOLONG', name);
    if (this.lookup(directory, name) !== undefined) throw new KernelError('EEXIST', name);
  }

  #refuseImmutable(inode: Inode, subject: string): void {
    if (inode.immutable) throw new KernelError('EPERM', subject);
  }

  #reserve(bytes: number, subject: string): void {
    if (bytes > 0 && this.usedBytes + bytes > this.capacityBytes) {
      throw new KernelError('ENOSPC', subject);
    }
  }

  /** FAT keeps no owners and modes: whatever is set, it shows those of the mount. */
  #withoutForeignAttributes<T extends NewInode>(init: T): T {
    const modified = init.modified === undefined ? {} : { modified: this.#rounded(init.modified) };
    if (this.#traits.posix) return { ...init, ...modified };
    return { ...init, ...modified, mode: 0o755, uid: 0, gid: 0, xattrs: {} };
  }

  #rounded(time: Timestamp): Timestamp {
    const granularity = this.#traits.timeGranularityNs;
    if (granularity === 1) return time;
    const perUnit = granularity / 1e9;
    return { seconds: Math.floor(time.seconds / perUnit) * perUnit, nanoseconds: 0 };
  }
}
