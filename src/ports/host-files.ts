/** A directory entry's name and kind. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

/**
 * Small files of ours on a host: journals, records, rules. Paths are absolute.
 * All errors are `file-unreadable` with host and path, unless said otherwise.
 */
export interface HostFiles {
  /** Text of a file, `undefined` when it does not exist. @throws when larger than `maxBytes`. */
  readText(path: string, maxBytes: number): Promise<string | undefined>;
  /**
   * Replaces a file: written beside it, flushed, renamed, its directory flushed. Mode 0600.
   * A reader sees the old or the new text, also after a power cut.
   */
  writeTextAtomically(path: string, text: string): Promise<void>;
  /** Appends and flushes to the disk before it returns. Creates the file (0600). */
  appendDurably(path: string, text: string): Promise<void>;
  /** Entries sorted by name; empty when the directory does not exist. */
  list(path: string): Promise<readonly DirectoryEntry[]>;
  /** Makes directories and their parents, mode 0700; existing ones stay as they are. */
  makeDirectory(...paths: readonly string[]): Promise<void>;
  /**
   * As {@link makeDirectory}, but asks the host only once: for a directory that nobody removes. (That
   * of the locks goes with the last of them.)
   */
  ensureDirectory(path: string): Promise<void>;
  /** Removes a file; absent is fine. */
  removeFile(path: string): Promise<void>;
  /** Removes an empty directory; absent is fine; not empty is an error. */
  removeDirectory(path: string): Promise<void>;
  /**
   * Reads a file inside a mounted guest file system, resolving every component under `root`
   * without following any symbolic link that leaves it or any `..`. `undefined` when absent.
   *
   * @throws `file-unreadable` when it is not a regular file or larger than `maxBytes`.
   */
  readTextBeneath(
    root: string,
    relativePath: string,
    maxBytes: number,
  ): Promise<string | undefined>;
}
