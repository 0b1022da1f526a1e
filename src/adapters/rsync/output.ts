import type { CopyProgress, CopyStatistics } from '../../ports/index.js';
import { parseProgress } from './progress.js';
import { StatisticsParser } from './statistics.js';

/** A line longer than this is cut; no line that is understood comes near it. */
const maxLineLength = 16 * 1024;
/** Of what is neither progress nor statistics, the last lines are kept. */
const maxNotes = 20;

/**
 * rsync's stdout, piece by piece, cut anywhere: progress lines end with a carriage return, all
 * others with a newline. Keeps one unfinished line, however many files are reported.
 */
export class CopyOutputParser {
  readonly #onProgress: (progress: CopyProgress) => void;
  readonly #statistics = new StatisticsParser();
  readonly #notes: string[] = [];
  #pending = '';

  constructor(onProgress: (progress: CopyProgress) => void) {
    this.#onProgress = onProgress;
  }

  /** Takes the next piece. @throws `output-unexpected`. */
  push(chunk: string): void {
    const lines = chunk.split(/[\r\n]/);
    const last = lines.pop() ?? '';
    for (const line of lines) {
      this.#take(this.#pending + line);
      this.#pending = '';
    }
    this.#pending = (this.#pending + last).slice(0, maxLineLength);
  }

  /** Takes the end of the stream. @throws `output-unexpected`. */
  end(): void {
    this.#take(this.#pending);
    this.#pending = '';
  }

  /** @throws `output-unexpected` when rsync did not say all of its totals. */
  statistics(): CopyStatistics {
    return this.#statistics.statistics(this.notes().join('\n'));
  }

  /** The last lines that were neither progress nor statistics. */
  notes(): readonly string[] {
    return this.#notes;
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    const progress = parseProgress(line);
    if (progress !== undefined) {
      this.#onProgress(progress);
      return;
    }
    if (this.#statistics.take(line)) return;
    this.#notes.push(line);
    if (this.#notes.length > maxNotes) this.#notes.shift();
  }
}
