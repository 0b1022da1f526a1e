import type { CommandOutcome, CommandStreams } from '../commands/types.js';
import { ownerMap } from './attributes.js';
import { lastWords, places, systemError } from './complaints.js';
import type { Connection } from './connect.js';
import { ContentWriter, type Transfer } from './content-writer.js';
import { CopyTally, statisticsText } from './counts.js';
import { Deleter } from './deleter.js';
import { deleteExtraneous } from './deletion.js';
import { buildFileList, type FileList, type ListEntry } from './file-list.js';
import { createExcludeFilter, type ExcludeFilter } from './filter.js';
import type { RsyncOptions } from './options.js';
import { Pace } from './pace.js';
import { checkPeer } from './peer-watch.js';
import { type ProgressState, progressLine } from './progress.js';
import { runSession } from './run-session.js';
import { kernelError, type Side } from './side.js';
import type { UpdateContext } from './update-context.js';
import { TargetUpdater } from './updater.js';

export interface CopyInit {
  readonly options: RsyncOptions;
  readonly source: Side;
  readonly target: Side;
  /** Absent for a copy within one machine. */
  readonly connection?: Connection;
  readonly streams: CopyStreams;
  /** Told where the copy stands. */
  readonly onProgress?: (state: ProgressState) => void;
}

/** What a copy needs of the process it runs in. */
export type CopyStreams = Pick<CommandStreams, 'print' | 'killed' | 'reached'>;

/** The sending side, which here does the whole work of a copy. */
export class Copy {
  readonly #init: CopyInit;
  readonly #context: UpdateContext;
  #updater: TargetUpdater;
  readonly #writer: ContentWriter;
  readonly #excluded: ExcludeFilter;
  readonly #deleter: Deleter;
  readonly #pace: Pace;
  readonly #notes: string[] = [];
  #ioError = false;
  #vanished = false;
  #list: FileList = { entries: [], ioError: false, stdout: '', stderr: '' };
  #sentBytes = 0;
  #seenBytes = 0;
  #seenEntries = 0;

  constructor(init: CopyInit) {
    const { options, source, target, streams } = init;
    this.#init = init;
    const owners = ownerMap(source.machine, target.machine, options);
    this.#context = { source, target, options, owners, tally: new CopyTally(), errors: [] };
    this.#excluded = createExcludeFilter(options.excludes);
    this.#deleter = new Deleter({ ...this.#context, excluded: this.#excluded });
    this.#updater = new TargetUpdater(this.#context, this.#deleter, this.#list);
    this.#writer = new ContentWriter(this.#context);
    this.#pace = new Pace(source.machine.world.clock, streams.killed, () => this.#checkPeer());
  }

  async run(): Promise<CommandOutcome> {
    return runSession(this.#init.connection, this.#context.errors, () => this.#work());
  }

  async #work(): Promise<CommandOutcome> {
    const { options, source, streams } = this.#init;
    this.#list = buildFileList(source, options, this.#excluded);
    this.#updater = new TargetUpdater(this.#context, this.#deleter, this.#list);
    this.#ioError = this.#list.ioError;
    this.#notes.push(this.#list.stdout);
    this.#context.errors.push(this.#list.stderr);
    for (const { inode } of this.#list.entries) this.#countListed(inode.kind, sizeOf(inode));
    await this.#pace.spend(0.02 * this.#list.entries.length);
    if (options.deletion === 'before' || options.deletion === 'during') this.#delete();
    for (const entry of this.#list.entries) {
      const ending = await this.#entry(entry);
      if (ending !== undefined) return this.#broken(ending);
    }
    if (!options.dryRun) this.#updater.finishDirectories();
    this.#report('end-of-file');
    if (options.progress) streams.print('\n');
    if (options.deletion === 'after' || options.deletion === 'delay') this.#delete();
    if (!options.dryRun) this.#updater.finishDirectories();
    await this.#pace.settle();
    return this.#finished();
  }

  #countListed(kind: ListEntry['inode']['kind'], bytes: number): void {
    this.#context.tally.files.add(kind);
    this.#context.tally.totalBytes += bytes;
  }

  /** One entry of the list. @returns how the copy must end, when a fault says so. */
  async #entry(entry: ListEntry): Promise<CommandOutcome | undefined> {
    const { streams } = this.#init;
    const total = this.#context.tally.totalBytes + this.#list.entries.length;
    if (this.#checkPeer() === 'silent') await this.#pace.settle();
    const transfer = this.#updater.prepare(entry);
    if (transfer !== undefined) {
      await this.#transfer(transfer);
      this.#updater.finishTransfer(entry);
    }
    this.#seenEntries += 1;
    this.#seenBytes += sizeOf(entry.inode) + 1;
    await this.#pace.spend(0.05);
    return streams.reached(this.#seenBytes / total);
  }

  async #transfer(transfer: Transfer): Promise<void> {
    const { entry } = transfer;
    if (!this.#isReadable(entry)) return;
    const temporary = this.#writer.begin(transfer);
    if (temporary === undefined) return;
    const session = this.#init.connection?.session;
    const cleanUp = (): void => {
      this.#writer.discard(transfer, temporary);
    };
    if (session !== undefined) session.cleanUp = cleanUp;
    try {
      await this.#send(entry.inode.content.sizeBytes);
    } catch (error) {
      if (session === undefined) cleanUp();
      throw error;
    }
    if (session !== undefined) session.cleanUp = () => undefined;
    // The snapshot may have broken while the file was read: what came is thrown away.
    if (this.#isReadable(entry)) this.#writer.finish(transfer, temporary);
    else cleanUp();
    this.#report('end-of-file');
  }

  #isReadable(entry: ListEntry): boolean {
    const { source, errors } = this.#context;
    const name = source.fullName(entry.path);
    try {
      if (source.isAttached(entry.location) && source.inode(entry.location).kind === 'f') {
        return true;
      }
    } catch (error) {
      const failure = kernelError(error);
      if (failure.errno !== 'ENOENT') {
        errors.push(systemError('sender', `read errors mapping "${name}"`, failure));
        this.#ioError = true;
        return false;
      }
    }
    errors.push(`file has vanished: "${name}"\n`);
    this.#vanished = true;
    return false;
  }

  /** Lets a file's bytes take their time on the wire. */
  async #send(bytes: number): Promise<void> {
    const { options } = this.#init;
    const perSecond = options.bandwidthKiB > 0 ? options.bandwidthKiB * 1024 : 110 * 2 ** 20;
    let left = bytes;
    while (left > perSecond) {
      await this.#pace.spend(1000);
      left -= perSecond;
      this.#sentBytes += perSecond;
      this.#report('within-file');
    }
    await this.#pace.spend((left / perSecond) * 1000);
    this.#sentBytes += left;
  }

  #report(at: 'within-file' | 'end-of-file'): void {
    const { options, streams, onProgress } = this.#init;
    const entries = this.#list.entries.length;
    const state: ProgressState = {
      bytes: Math.round(this.#sentBytes),
      totalBytes: this.tally.totalBytes,
      elapsedMs: this.#pace.elapsedMs,
      transfers: this.tally.transferredFiles,
      entriesLeft: entries - this.#seenEntries,
      entries,
    };
    onProgress?.(state);
    if (options.progress) streams.print(progressLine(state, at));
  }

  /** Totals so far. */
  get tally(): CopyTally {
    return this.#context.tally;
  }

  #delete(): void {
    if (this.#ioError) {
      this.#notes.push('IO error encountered -- skipping file deletion\n');
      return;
    }
    deleteExtraneous(this.#list, this.#context, this.#deleter);
  }

  #checkPeer(): 'reachable' | 'silent' {
    const { connection, options, source } = this.#init;
    const { timeoutSeconds } = options;
    return checkPeer({ machine: source.machine, connection, timeoutSeconds }, this.#pace);
  }

  #broken(ending: CommandOutcome): CommandOutcome {
    return { ...ending, stderr: this.#context.errors.join('') + ending.stderr };
  }

  #finished(): CommandOutcome {
    const { options } = this.#init;
    const { tally, errors } = this.#context;
    let stderr = errors.join('');
    let exitCode = 0;
    if (tally.skippedDeletions > 0) exitCode = 25;
    if (this.#vanished) exitCode = 24;
    const partial = errors.some((text) => !/^(file has vanished.*\n)?$/.test(text));
    if (this.#ioError || partial) exitCode = 23;
    if (tally.skippedDeletions > 0) {
      const { skippedDeletions } = tally;
      stderr += `Deletions stopped due to --max-delete limit (${skippedDeletions} skipped)\n`;
    }
    if (exitCode !== 0) stderr += lastWords(exitCode, places.end, 'sender');
    const pass = options.dryRun ? 'dry' : 'real';
    const totals = statisticsText(tally, this.#pace.elapsedMs / 1000, pass);
    const notes = [...this.#notes, ...this.#deleter.notes];
    const stdout = notes.join('') + (options.statistics ? totals : '');
    return { exitCode, stdout, stderr };
  }
}

function sizeOf(inode: ListEntry['inode']): number {
  return inode.kind === 'l' ? Buffer.byteLength(inode.target) : inode.content.sizeBytes;
}
