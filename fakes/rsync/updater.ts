import type { Inode } from '../filesystem/inode.js';
import type { Location } from '../filesystem/path-walk.js';
import { carriedAttributes, differingAttributes, sameTime } from './attributes.js';
import { systemError } from './complaints.js';
import type { Transfer } from './content-writer.js';
import type { Deleter } from './deleter.js';
import { EntryMaker } from './entry-maker.js';
import type { FileList, ListEntry } from './file-list.js';
import { type LinkGroup, LinkGroups } from './link-groups.js';
import { kernelError, type SideEntry } from './side.js';
import { nameOf, parentOf, type UpdateContext } from './update-context.js';

/** The generator: compares each entry of the list with the target, and says what has to come. */
export class TargetUpdater {
  /** Places of the list's directories on the target, by path; absent where one failed. */
  readonly directories = new Map<string, Location>();
  readonly #context: UpdateContext;
  readonly #maker: EntryMaker;
  readonly #groups: LinkGroups;
  readonly #directoryEntries: ListEntry[] = [];
  /** Directories that only a real pass would make. */
  readonly #imagined = new Set<string>();

  constructor(context: UpdateContext, deleter: Deleter, list: FileList) {
    this.#context = context;
    this.#maker = new EntryMaker(context, deleter);
    this.#groups = new LinkGroups(context.options.hardLinks ? list.entries : []);
  }

  /** Does all about an entry that needs no content. @returns what does. */
  prepare(entry: ListEntry): Transfer | undefined {
    const { inode, path } = entry;
    if (inode.kind === 'd') this.#directoryEntries.push(entry);
    if (path === '') {
      this.directories.set('', this.#context.target.root);
      return undefined;
    }
    const parent = this.directories.get(parentOf(path));
    const isImagined = parent === undefined && this.#imagined.has(parentOf(path));
    if (parent === undefined && !isImagined) return undefined;
    const existing = parent === undefined ? undefined : this.#lookup(parent, path);
    if (inode.kind === 'd') {
      this.#directory(path, parent, existing);
      return undefined;
    }
    const group = this.#groups.groupOf(entry);
    if (group === undefined) return this.#single(entry, parent, existing);
    group.left -= 1;
    return this.#member(group, entry, parent, existing);
  }

  /** The content of an entry has come: its other names follow. */
  finishTransfer(entry: ListEntry): void {
    const group = this.#groups.groupOf(entry);
    if (group?.leader === entry.path) this.#linkDeferred(group);
  }

  /** Times and modes of directories: everything inside has changed them meanwhile. */
  finishDirectories(): void {
    for (const entry of this.#directoryEntries.toReversed()) {
      const location = this.directories.get(entry.path);
      if (location !== undefined) this.#settle(entry, location);
    }
  }

  #lookup(parent: Location, path: string): SideEntry | undefined {
    const { target, errors } = this.#context;
    try {
      return target.child(parent, nameOf(path));
    } catch (error) {
      const what = `recv_generator: failed to stat "${target.fullName(path)}"`;
      errors.push(systemError('generator', what, kernelError(error)));
      return undefined;
    }
  }

  #single(
    entry: ListEntry,
    parent: Location | undefined,
    existing: SideEntry | undefined,
  ): Transfer | undefined {
    if (entry.inode.kind === 'f') return this.#regular(entry, parent, existing);
    this.#special(entry, parent, existing);
    return undefined;
  }

  /** One of several names: the first that the target has leads, else the last. */
  #member(
    group: LinkGroup,
    entry: ListEntry,
    parent: Location | undefined,
    existing: SideEntry | undefined,
  ): Transfer | undefined {
    if (group.leader !== undefined) {
      this.#hardLink(group.leader, entry, parent, existing);
      return undefined;
    }
    const isThere = existing?.inode.kind === entry.inode.kind;
    if (!isThere && group.left > 0) {
      const inTheWay = parent !== undefined && existing !== undefined;
      const isFree = !inTheWay || this.#maker.takeAway(entry.path, parent, existing) === 'free';
      if (isFree) group.deferred.push(entry);
      return undefined;
    }
    group.leader = entry.path;
    const transfer = this.#single(entry, parent, existing);
    if (transfer === undefined) this.#linkDeferred(group);
    return transfer;
  }

  #linkDeferred(group: LinkGroup): void {
    for (const entry of group.deferred.splice(0)) {
      const parent = this.directories.get(parentOf(entry.path));
      const existing = parent === undefined ? undefined : this.#lookup(parent, entry.path);
      this.#hardLink(group.leader ?? '', entry, parent, existing);
    }
  }

  #directory(path: string, parent: Location | undefined, existing: SideEntry | undefined): void {
    if (existing?.inode.kind === 'd') {
      this.directories.set(path, existing.location);
      return;
    }
    this.#context.tally.created.add('d');
    if (this.#context.options.dryRun || parent === undefined) {
      this.#imagined.add(path);
      return;
    }
    const made = this.#maker.directory(path, parent, existing);
    if (made !== undefined) this.directories.set(path, made);
  }

  #regular(
    entry: ListEntry,
    parent: Location | undefined,
    existing: SideEntry | undefined,
  ): Transfer | undefined {
    if (existing !== undefined && this.#isCurrent(entry.inode, existing.inode)) {
      this.#settle(entry, existing.location);
      return undefined;
    }
    if (!this.#clear(entry, parent, existing)) return undefined;
    this.#count(entry, existing);
    const isReal = !this.#context.options.dryRun && parent !== undefined;
    return isReal ? { entry, parent, existing } : undefined;
  }

  #special(entry: ListEntry, parent: Location | undefined, existing: SideEntry | undefined): void {
    if (existing !== undefined && sameSpecial(entry.inode, existing.inode)) {
      this.#settle(entry, existing.location);
      return;
    }
    if (!this.#clear(entry, parent, existing)) return;
    if (this.#context.options.dryRun || parent === undefined) return;
    this.#maker.special(entry, parent, existing);
  }

  #hardLink(
    leaderPath: string,
    entry: ListEntry,
    parent: Location | undefined,
    existing: SideEntry | undefined,
  ): void {
    const leader = this.#leaderOnTarget(leaderPath);
    if (leader !== undefined && existing?.inode.number === leader.inode.number) return;
    if (existing === undefined) this.#context.tally.created.add(entry.inode.kind);
    if (parent === undefined) return;
    if (existing !== undefined) {
      if (this.#maker.makeRoom(entry.path, parent, existing) === 'blocked') return;
    }
    if (this.#context.options.dryRun || leader === undefined) return;
    const first = { path: leaderPath, inode: leader.inode.number };
    this.#maker.hardLink(entry.path, first, parent, existing);
  }

  #leaderOnTarget(path: string): SideEntry | undefined {
    const parent = this.directories.get(parentOf(path));
    return parent === undefined ? undefined : this.#lookup(parent, path);
  }

  /** Counts what is new, also in place of another kind, and clears the way for it. */
  #clear(entry: ListEntry, parent: Location | undefined, existing: SideEntry | undefined): boolean {
    const { created } = this.#context.tally;
    const isFree =
      existing === undefined ||
      parent === undefined ||
      this.#maker.makeRoom(entry.path, parent, existing) === 'free';
    if (isFree && existing?.inode.kind !== entry.inode.kind) created.add(entry.inode.kind);
    return isFree;
  }

  #count({ inode }: ListEntry, existing: SideEntry | undefined): void {
    const { tally } = this.#context;
    const { content } = inode;
    tally.transferredFiles += 1;
    tally.transferredBytes += content.sizeBytes;
    const known = existing?.inode.kind === 'f' && existing.inode.content.equals(content);
    tally.literalBytes += known ? 0 : content.sizeBytes;
  }

  /** Quick check, or the contents themselves with `--checksum`. */
  #isCurrent(source: Inode, existing: Inode): boolean {
    const { options } = this.#context;
    if (existing.kind !== 'f' || existing.content.sizeBytes !== source.content.sizeBytes) {
      return false;
    }
    return options.checksum
      ? existing.content.equals(source.content)
      : sameTime(source.modified, existing.modified, options);
  }

  /** Attributes of an entry that is otherwise right. */
  #settle(entry: ListEntry, location: Location): void {
    const { options, owners, target, errors } = this.#context;
    try {
      const wanted = carriedAttributes(entry.inode, options, owners);
      const change = differingAttributes(target.inode(location), wanted, options);
      if (options.dryRun || Object.keys(change).length === 0) return;
      target.change(location, 0, (tree) => {
        tree.setAttributes(location.inode, change);
      });
    } catch (error) {
      const what = `failed to set times on "${target.fullName(entry.path)}"`;
      errors.push(systemError('generator', what, kernelError(error)));
    }
  }
}

function sameSpecial(left: Inode, right: Inode): boolean {
  return (
    left.kind === right.kind &&
    left.target === right.target &&
    left.device.major === right.device.major &&
    left.device.minor === right.device.minor
  );
}
