import { FileContent, type FileContentData } from './content.js';
import type { Inode, InodeKind, NewInode, Timestamp } from './inode.js';
import { allocationOf } from './inode.js';
import { KernelError } from './errno.js';

/** An inode that its owning table may change in place. */
export interface InodeRecord extends Inode {
  mode: number;
  uid: number;
  gid: number;
  modified: Timestamp;
  xattrs: Readonly<Record<string, string>>;
  immutable: boolean;
  links: number;
  content: FileContent;
  allocatedBytes: number;
  entries: Map<string, number>;
}

interface Slot {
  readonly owner: symbol;
  readonly inode: InodeRecord;
}

/** One inode as data. Fields that have their usual value are left out. */
export interface InodeData {
  readonly number: number;
  readonly kind: InodeKind;
  readonly mode: number;
  readonly modified: readonly [seconds: number, nanoseconds: number];
  readonly owner?: readonly [uid: number, gid: number];
  readonly links?: number;
  readonly xattrs?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
  readonly content?: FileContentData;
  readonly allocatedBytes?: number;
  readonly target?: string;
  readonly device?: readonly [major: number, minor: number];
  readonly entries?: readonly (readonly [name: string, number: number])[];
}

/**
 * The inodes of one file system. A copy costs nothing: two tables share every inode until one
 * of them changes it, as the blocks of a snapshot are shared with its origin.
 */
export class InodeTable {
  #slots = new Map<number, Slot>();
  #slotsShared = false;
  #owner = Symbol('table');
  #next: number;
  /** Bytes on the disk of everything in the table. */
  usedBytes = 0;

  constructor(firstNumber: number) {
    this.#next = firstNumber;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** A table with the same inodes; from now on changes to one are not seen in the other. */
  copy(): InodeTable {
    const copy = new InodeTable(this.#next);
    copy.#slots = this.#slots;
    copy.usedBytes = this.usedBytes;
    copy.#slotsShared = true;
    this.#slotsShared = true;
    // A new owner for this one too: what it could change in place is shared now.
    this.#owner = Symbol('table');
    return copy;
  }

  get(number: number): Inode {
    const slot = this.#slots.get(number);
    if (slot === undefined) throw new KernelError('ENOENT', `inode ${number}`);
    return slot.inode;
  }

  /** The inode, ready to be changed here and nowhere else. */
  edit(number: number): InodeRecord {
    const slot = this.#slots.get(number);
    if (slot === undefined) throw new KernelError('ENOENT', `inode ${number}`);
    if (slot.owner === this.#owner) return slot.inode;
    const inode = { ...slot.inode, entries: new Map(slot.inode.entries) };
    this.#put(inode);
    return inode;
  }

  add(kind: InodeKind, modified: Timestamp, init: NewInode): Inode {
    const content = init.content ?? FileContent.empty;
    const inode: InodeRecord = {
      number: this.#next,
      kind,
      mode: init.mode ?? defaultMode(kind),
      uid: init.uid ?? 0,
      gid: init.gid ?? 0,
      modified: init.modified ?? modified,
      xattrs: init.xattrs ?? {},
      immutable: init.immutable ?? false,
      links: 1,
      content,
      allocatedBytes:
        init.allocatedBytes ?? (kind === 'd' ? 4096 : allocationOf(content.sizeBytes)),
      target: init.target ?? '',
      device: init.device ?? { major: 0, minor: 0 },
      entries: new Map(),
    };
    this.#next += 1;
    this.usedBytes += inode.allocatedBytes;
    this.#put(inode);
    return inode;
  }

  remove(number: number): void {
    this.usedBytes -= this.get(number).allocatedBytes;
    this.#ownSlots().delete(number);
  }

  toJSON(): { readonly next: number; readonly inodes: readonly InodeData[] } {
    return {
      next: this.#next,
      inodes: [...this.#slots.values()].map((slot) => inodeToData(slot.inode)),
    };
  }

  static fromJSON(data: ReturnType<InodeTable['toJSON']>): InodeTable {
    const table = new InodeTable(data.next);
    for (const inodeData of data.inodes) {
      const inode = inodeFromData(inodeData);
      table.usedBytes += inode.allocatedBytes;
      table.#put(inode);
    }
    return table;
  }

  #put(inode: InodeRecord): void {
    this.#ownSlots().set(inode.number, { owner: this.#owner, inode });
  }

  #ownSlots(): Map<number, Slot> {
    if (this.#slotsShared) {
      this.#slots = new Map(this.#slots);
      this.#slotsShared = false;
    }
    return this.#slots;
  }
}

function defaultMode(kind: InodeKind): number {
  if (kind === 'd') return 0o755;
  return kind === 'l' ? 0o777 : 0o644;
}

function inodeToData(inode: Inode): InodeData {
  const { number, kind, mode, modified, uid, gid, links, xattrs, immutable, content, target } =
    inode;
  const usualAllocation = kind === 'd' ? 4096 : allocationOf(content.sizeBytes);
  return {
    number,
    kind,
    mode,
    modified: [modified.seconds, modified.nanoseconds],
    ...(uid === 0 && gid === 0 ? {} : { owner: [uid, gid] }),
    ...(links === 1 ? {} : { links }),
    ...(Object.keys(xattrs).length === 0 ? {} : { xattrs }),
    ...(immutable ? { immutable } : {}),
    ...(content.sizeBytes === 0 ? {} : { content: content.toJSON() }),
    ...(inode.allocatedBytes === usualAllocation ? {} : { allocatedBytes: inode.allocatedBytes }),
    ...(target === '' ? {} : { target }),
    ...(kind === 'c' || kind === 'b' ? { device: [inode.device.major, inode.device.minor] } : {}),
    ...(kind === 'd' ? { entries: [...inode.entries] } : {}),
  };
}

function inodeFromData(data: InodeData): InodeRecord {
  const content =
    data.content === undefined ? FileContent.empty : FileContent.fromJSON(data.content);
  const [uid, gid] = data.owner ?? [0, 0];
  const [major, minor] = data.device ?? [0, 0];
  return {
    number: data.number,
    kind: data.kind,
    mode: data.mode,
    uid,
    gid,
    modified: { seconds: data.modified[0], nanoseconds: data.modified[1] },
    xattrs: data.xattrs ?? {},
    immutable: data.immutable ?? false,
    links: data.links ?? 1,
    content,
    allocatedBytes:
      data.allocatedBytes ?? (data.kind === 'd' ? 4096 : allocationOf(content.sizeBytes)),
    target: data.target ?? '',
    device: { major, minor },
    entries: new Map(data.entries ?? []),
  };
}
