import type { ListEntry } from './file-list.js';

/** The names of one inode of the source, as the generator goes through them. */
export interface LinkGroup {
  /** Names that have not been looked at yet. */
  left: number;
  /** The name that is made like any other file; all others become links to it. */
  leader?: string;
  /** Names that come before the leader and are not on the target. */
  readonly deferred: ListEntry[];
}

/** Names that share an inode, for `--hard-links`. */
export class LinkGroups {
  readonly #groups = new Map<string, LinkGroup>();

  constructor(entries: readonly ListEntry[]) {
    for (const entry of entries) {
      if (entry.inode.links < 2 || entry.inode.kind === 'd') continue;
      const key = keyOf(entry);
      const group = this.#groups.get(key) ?? { left: 0, deferred: [] };
      group.left += 1;
      this.#groups.set(key, group);
    }
    // A second name outside the transfer makes no group.
    for (const [key, { left }] of this.#groups) if (left < 2) this.#groups.delete(key);
  }

  groupOf(entry: ListEntry): LinkGroup | undefined {
    return this.#groups.get(keyOf(entry));
  }
}

function keyOf({ location, inode }: ListEntry): string {
  return `${location.mount.id}:${inode.number}`;
}
