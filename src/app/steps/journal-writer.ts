import type { JournalEntry, JournalPhase, NumberedStep } from '../../core/index.js';
import type { HostFiles } from '../../ports/index.js';

/** Where the journals of a host are kept. */
export function journalDirectory(stateDirectory: string): string {
  return `${stateDirectory}/journals`;
}

/**
 * Writes one run's journal on one host. An intention is on the disk when `write` returns; what
 * only saves work in a recovery (`done`, `undone`) waits for the next line that must be there.
 */
export class JournalWriter {
  readonly path: string;
  readonly #files: HostFiles;
  readonly #directory: string;
  readonly #bootId: string;
  #seq = 0;
  #exists = false;
  /** A write that was reported as failed may have reached the disk all the same. */
  #mayExist = false;
  /** The file may end in the middle of a line: what is appended must not become its end. */
  #isTorn = false;
  #waiting: string[] = [];
  #queue: Promise<void> = Promise.resolve();

  /**
   * @param lastSeq - number of the last line of a journal that exists: a dead run's, whose recovery
   * goes on in the same file.
   */
  constructor(
    files: HostFiles,
    stateDirectory: string,
    runId: string,
    bootId: string,
    lastSeq?: number,
  ) {
    this.#files = files;
    this.#directory = journalDirectory(stateDirectory);
    this.#bootId = bootId;
    this.path = `${this.#directory}/${runId}.ndjson`;
    this.#seq = lastSeq ?? 0;
    this.#exists = lastSeq !== undefined;
    this.#mayExist = this.#exists;
    this.#isTorn = this.#exists;
  }

  /** Durable when it resolves. Steps that are taken together share one append and one flush. */
  async write(phase: JournalPhase, steps: readonly NumberedStep[]): Promise<void> {
    this.note(phase, steps);
    await this.flush();
  }

  /** Goes to the disk with the next {@link write}, or with {@link flush}. */
  note(phase: JournalPhase, steps: readonly NumberedStep[]): void {
    for (const step of steps) {
      this.#seq += 1;
      const entry: JournalEntry = { v: 1, seq: this.#seq, bootId: this.#bootId, step, phase };
      this.#waiting.push(`${JSON.stringify(entry)}\n`);
    }
  }

  flush(): Promise<void> {
    const turn = this.#queue.then(() => this.#append());
    // A failed append is its caller's error; the next caller tries again with the same lines.
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** After everything was undone there is nothing left to recover from. */
  async remove(): Promise<void> {
    await this.#queue;
    if (this.#mayExist) await this.#files.removeFile(this.path);
    this.#exists = false;
    this.#mayExist = false;
    this.#waiting = [];
  }

  async #append(): Promise<void> {
    const lines = this.#waiting;
    if (lines.length === 0) return;
    if (this.#exists) {
      const text = `${this.#isTorn ? '\n' : ''}${lines.join('')}`;
      this.#isTorn = true;
      await this.#files.appendDurably(this.path, text);
      this.#isTorn = false;
    } else {
      // The first lines are written so that the new name itself survives a power cut.
      await this.#files.ensureDirectory(this.#directory);
      this.#mayExist = true;
      await this.#files.writeTextAtomically(this.path, lines.join(''));
      this.#exists = true;
    }
    this.#waiting = this.#waiting.slice(lines.length);
  }
}
