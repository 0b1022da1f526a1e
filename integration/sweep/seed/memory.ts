/** A file system that is to be mounted: a line of the script's table. */
interface TableLine {
  readonly mountPoint: string;
  readonly device: string;
  readonly type: string;
}

/**
 * The script's global variables, which it never resets from one guest to the next: what was opened,
 * how it is closed, what is mounted where, and the remote hosts.
 */
export class ScriptMemory {
  readonly opened: string[] = [];
  readonly closing: string[] = [];
  readonly remotes: string[] = [];
  readonly #table: TableLine[] = [];

  addFileSystem(line: TableLine): void {
    this.#table.push(line);
  }

  /** By mount point, parents first; equal ones by their whole text, as sort(1) does. */
  mountLines(prefix: string, options: string): readonly string[] {
    return this.#sorted().map(
      ({ mountPoint, device, type }) =>
        `mount -t ${type}${options} ${device} ${beneath(prefix, mountPoint)}`,
    );
  }

  unmountLines(prefix: string): readonly string[] {
    return this.#sorted()
      .toReversed()
      .map(({ mountPoint }) => `umount ${beneath(prefix, mountPoint)}`);
  }

  #sorted(): readonly TableLine[] {
    const text = ({ mountPoint, device, type }: TableLine) => `${mountPoint} ${device} ${type}`;
    const compare = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
    return this.#table.toSorted(
      (left, right) =>
        compare(left.mountPoint, right.mountPoint) || compare(text(left), text(right)),
    );
  }
}

function beneath(prefix: string, mountPoint: string): string {
  return `${prefix}${mountPoint}`.replace(/\/$/, '');
}
