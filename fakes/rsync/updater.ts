import type { Inode } from '../filesystem/inode.js';
import type { Location } from '../filesystem/path-walk.js';
import { carriedAttributes, differingAttributes, sameTime } from './attributes.js';
import { systemError } from './complaints.js';
import type { Transfer } from './content-writer.js';
import { EntryMaker } from './entry-maker.js';
import type { ListEntry } from './file-list.js';
import { kernelError, type SideEntry } from './side.js';
import { nameOf, parentOf, type UpdateContext } from './update-context.js';

/** The generator: compares each entry of the list with the target, and says what has to come. */
export class TargetUpdater {
  /** Places of the list's directories on the target, by path; absent where one failed. */
  readonly directories = new Map<string, Location>();
  readonly #context: UpdateContext;
  readonly #maker: EntryMaker;
  readonly #leaders = new Map<string, string>();
  readonly #directoryEntries: ListEntry[] = [];
  /** Directories that only a real pass would make. */
  readonly #imagined = new Set<string>();

  constructor(context: UpdateContext) {
    this.#context = context;
    this.#maker = new EntryMaker(context);
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
    if (parent === undefined) {
      this.#imagine(entry);
      return undefined;
    }
    const existing = this.#lookup(parent, path);
    if (inode.kind === 'd') this.#directory(path, parent, existing);
    else if (this.#isFollower(entry)) this.#hardLink(entry, parent, existing);
    else if (inode.kind === 'f') return this.#regular(entry, parent, existing);
    else this.#special(entry, parent, existing);
    return undefined;
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

  /** In a dry run, what a new directory would hold is all new. */
  #imagine(entry: ListEntry): void {
    if (!this.#imagined.has(parentOf(entry.path))) return;
    this.#context.tally.created.add(entry.inode.kind);
    if (entry.inode.kind === 'd') this.#imagined.add(entry.path);
    if (entry.inode.kind === 'f' && !this.#isFollower(entry)) this.#count(entry, undefined);
  }

  #directory(path: string, parent: Location, existing: SideEntry | undefined): void {
    if (existing?.inode.kind === 'd') {
      this.directories.set(path, existing.location);
      return;
    }
    this.#context.tally.created.add('d');
    if (this.#context.options.dryRun) {
      this.#imagined.add(path);
      return;
    }
    const made = this.#maker.directory(path, parent, existing);
    if (made !== undefined) this.directories.set(path, made);
  }

  #regular(
    entry: ListEntry,
    parent: Location,
    existing: SideEntry | undefined,
  ): Transfer | undefined {
    if (existing !== undefined && this.#isCurrent(entry.inode, existing.inode)) {
      this.#settle(entry, existing.location);
      return undefined;
    }
    if (!this.#clear(entry, parent, existing)) return undefined;
    this.#count(entry, existing);
    return this.#context.options.dryRun ? undefined : { entry, parent, existing };
  }

  #special(entry: ListEntry, parent: Location, existing: SideEntry | undefined): void {
    if (existing !== undefined && sameSpecial(entry.inode, existing.inode)) {
      this.#settle(entry, existing.location);
    } else if (this.#clear(entry, parent, existing) && !this.#context.options.dryRun) {
      this.#maker.special(entry, parent, existing);
    }
  }

  #hardLink(entry: ListEntry, parent: Location, existing: SideEntry | undefined): void {
    const path = this.#leaders.get(linkKey(entry)) ?? '';
    const leaderParent = this.directories.get(parentOf(path));
    const leader = leaderParent === undefined ? undefined : this.#lookup(leaderParent, path);
    if (leader !== undefined && existing?.inode.number === leader.inode.number) return;
    if (!this.#clear(entry, parent, existing)) return;
    if (this.#context.options.dryRun || leader === undefined) return;
    this.#maker.hardLink(entry.path, { path, inode: leader.inode.number }, parent, existing);
  }

  /** Counts what is new, and clears the way for what replaces something. */
  #clear(entry: ListEntry, parent: Location, existing: SideEntry | undefined): boolean {
    if (existing !== undefined) {
      return this.#maker.makeRoom(entry.path, parent, existing) === 'free';
    }
    this.#context.tally.created.add(entry.inode.kind);
    return true;
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

  /** Whether an earlier name of the same inode has been seen; the first one leads. */
  #isFollower(entry: ListEntry): boolean {
    if (!this.#context.options.hardLinks || entry.inode.links < 2) return false;
    const key = linkKey(entry);
    const leader = this.#leaders.get(key);
    if (leader === undefined) this.#leaders.set(key, entry.path);
    return leader !== undefined;
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

function linkKey({ location, inode }: ListEntry): string {
  return `${location.mount.id}:${inode.number}`;
}

function sameSpecial(left: Inode, right: Inode): boolean {
  return (
    left.kind === right.kind &&
    left.target === right.target &&
    left.device.major === right.device.major &&
    left.device.minor === right.device.minor
  );
}
