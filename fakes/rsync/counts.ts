import type { InodeKind } from '../filesystem/inode.js';

/** Entries by rsync's own kinds. */
class EntryCounts {
  readonly #counts = new Map<string, number>();

  add(kind: InodeKind): void {
    const name = kindName(kind);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** `13 (reg: 7, dir: 3)`, or just `0`. */
  toString(): string {
    const kinds = ['reg', 'dir', 'link', 'dev', 'special'].flatMap((name) => {
      const count = this.#counts.get(name);
      return count === undefined ? [] : [`${name}: ${count}`];
    });
    return kinds.length === 0 ? '0' : `${this.total} (${kinds.join(', ')})`;
  }
}

function kindName(kind: InodeKind): string {
  if (kind === 'f') return 'reg';
  if (kind === 'd') return 'dir';
  if (kind === 'l') return 'link';
  return kind === 'c' || kind === 'b' ? 'dev' : 'special';
}

/** What a copy has done so far. */
export class CopyTally {
  readonly files = new EntryCounts();
  readonly created = new EntryCounts();
  readonly deleted = new EntryCounts();
  transferredFiles = 0;
  totalBytes = 0;
  transferredBytes = 0;
  /** Of the transferred bytes, those that the target did not have in the old file. */
  literalBytes = 0;
  skippedDeletions = 0;
}

/** About what goes over the wire: the list, the literal data, and some words for each file. */
export function wireBytes(
  tally: CopyTally,
  pass: 'real' | 'dry',
): { readonly sent: number; readonly received: number } {
  return {
    sent: 60 + 20 * tally.files.total + (pass === 'dry' ? 0 : tally.literalBytes),
    received: 15 + 20 * tally.transferredFiles,
  };
}

/** The text of `--info=stats2`, with the two lines of level 1 behind it. */
export function statisticsText(tally: CopyTally, seconds: number, pass: 'real' | 'dry'): string {
  const { sent, received } = wireBytes(tally, pass);
  const rate = (sent + received) / Math.max(0.5, seconds);
  const speedup = tally.totalBytes / (sent + received);
  return [
    '',
    `Number of files: ${tally.files.toString()}`,
    `Number of created files: ${tally.created.toString()}`,
    `Number of deleted files: ${tally.deleted.toString()}`,
    `Number of regular files transferred: ${tally.transferredFiles}`,
    `Total file size: ${tally.totalBytes} bytes`,
    `Total transferred file size: ${tally.transferredBytes} bytes`,
    `Literal data: ${pass === 'dry' ? 0 : tally.literalBytes} bytes`,
    `Matched data: ${pass === 'dry' ? 0 : tally.transferredBytes - tally.literalBytes} bytes`,
    'File list size: 0',
    'File list generation time: 0.001 seconds',
    'File list transfer time: 0.000 seconds',
    `Total bytes sent: ${sent}`,
    `Total bytes received: ${received}`,
    '',
    `sent ${sent} bytes  received ${received} bytes  ${rate.toFixed(2)} bytes/sec`,
    `total size is ${tally.totalBytes}  speedup is ${speedup.toFixed(2)}${pass === 'dry' ? ' (DRY RUN)' : ''}`,
    '',
  ].join('\n');
}
