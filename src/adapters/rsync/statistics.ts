import type { CopyStatistics } from '../../ports/index.js';
import { parseCount, unexpectedOutput } from '../shared/index.js';

// `(reg: 3, dir: 3)`: kinds that there are none of are left out.
const kinds = String.raw`(?: \((?:(?:reg|dir|link|dev|special): \d+(?:, )?)+\))?`;

const wanted: Readonly<Record<keyof CopyStatistics, RegExp>> = {
  sourceEntries: new RegExp(String.raw`^Number of files: (\d+)${kinds}$`),
  createdEntries: new RegExp(String.raw`^Number of created files: (\d+)${kinds}$`),
  deletedEntries: new RegExp(String.raw`^Number of deleted files: (\d+)${kinds}$`),
  transferredFiles: /^Number of regular files transferred: (\d+)$/,
  sourceBytes: /^Total file size: (\d+) bytes$/,
  transferredBytes: /^Total transferred file size: (\d+) bytes$/,
  sentBytes: /^Total bytes sent: (\d+)$/,
  receivedBytes: /^Total bytes received: (\d+)$/,
};

const unused = [
  /^Literal data: \d+ bytes$/,
  /^Matched data: \d+ bytes$/,
  /^File list size: \d+$/,
  /^File list (generation|transfer) time: \d+\.\d{3} seconds$/,
  /^sent \d+ bytes {2}received \d+ bytes {2}[\d.]+ bytes\/sec$/,
  /^total size is \d+ {2}speedup is [\d.]+( \(DRY RUN\))?$/,
];

/** Gathers the lines of `--info=stats2`. */
export class StatisticsParser {
  readonly #found = new Map<string, number>();

  /** Takes a line. @returns false when it is not one of the statistics. */
  take(line: string): boolean {
    for (const [key, pattern] of Object.entries(wanted)) {
      const value = pattern.exec(line)?.[1];
      if (value === undefined) continue;
      if (this.#found.has(key)) throw unexpectedOutput('rsync says a total twice', line);
      const total = parseCount(value);
      if (total === undefined) throw unexpectedOutput('rsync says a total that is none', line);
      this.#found.set(key, total);
      return true;
    }
    return unused.some((pattern) => pattern.test(line));
  }

  /**
   * All totals.
   *
   * @param said - what else rsync printed, for the error
   * @throws `output-unexpected` when one is missing (the peer's rsync is older than 3.1).
   */
  statistics(said: string): CopyStatistics {
    const value = (key: keyof CopyStatistics): number => {
      const number = this.#found.get(key);
      if (number === undefined) throw unexpectedOutput(`rsync does not say its ${key}`, said);
      return number;
    };
    return {
      sourceEntries: value('sourceEntries'),
      createdEntries: value('createdEntries'),
      deletedEntries: value('deletedEntries'),
      transferredFiles: value('transferredFiles'),
      sourceBytes: value('sourceBytes'),
      transferredBytes: value('transferredBytes'),
      sentBytes: value('sentBytes'),
      receivedBytes: value('receivedBytes'),
    };
  }
}
