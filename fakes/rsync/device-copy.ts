import { areEqual, type DeviceThere, mixDevice, overwriteDevice } from '../block/copy-blocks.js';
import { deviceOf, mainPath, sectorsOf } from '../block/devices.js';
import { sectorBytes } from '../block/types.js';
import { noteWrite } from '../block/writes.js';
import { noteSecondWriter } from '../domains/second-writer.js';
import type { CommandOutcome } from '../commands/types.js';
import { isSimulationError, type SimulationError } from '../world/errors.js';
import { lastWords, places } from './complaints.js';
import type { Connection } from './connect.js';
import type { CopyStreams } from './copy.js';
import { CopyTally, statisticsText } from './counts.js';
import type { RsyncOptions } from './options.js';
import { Pace } from './pace.js';
import { checkPeer } from './peer-watch.js';
import { progressLine, type ProgressState } from './progress.js';
import { runSession } from './run-session.js';
import { FatalCopyError } from './update-context.js';

export interface DeviceCopyInit {
  readonly options: Pick<RsyncOptions, 'dryRun' | 'progress' | 'statistics' | 'timeoutSeconds'>;
  readonly source: DeviceThere;
  readonly target: DeviceThere;
  /** Absent for a copy within one machine. */
  readonly connection?: Connection;
  readonly streams: CopyStreams;
  /** Told where the copy stands. */
  readonly onProgress?: (state: ProgressState) => void;
}

/** Bytes of a device that both sides read in a second. */
const readBytesPerSecond = 400 * 2 ** 20;
/** In so many pieces a device is read and written. */
const pieces = 8;

/** The sending side of `--copy-devices --write-devices`, which here does the whole work. */
export class DeviceCopy {
  readonly tally = new CopyTally();
  readonly #init: DeviceCopyInit;
  readonly #pace: Pace;
  readonly #errors: string[] = [];

  constructor(init: DeviceCopyInit) {
    this.#init = init;
    const { source, streams, connection, options } = init;
    const { machine } = source;
    const watch = { machine, connection, timeoutSeconds: options.timeoutSeconds };
    this.#pace = new Pace(machine.world.clock, streams.killed, () => checkPeer(watch, this.#pace));
  }

  run(): Promise<CommandOutcome> {
    return runSession(this.#init.connection, this.#errors, () => this.#work());
  }

  async #work(): Promise<CommandOutcome> {
    const { options, source } = this.#init;
    const sizeBytes = bytesOf(source);
    this.tally.files.add('f');
    this.tally.totalBytes = sizeBytes;
    this.tally.transferredFiles = 1;
    this.tally.transferredBytes = sizeBytes;
    if (!options.dryRun) {
      const ending = await this.#transfer(sizeBytes);
      if (ending !== undefined) return ending;
    }
    await this.#pace.settle();
    return this.#finished();
  }

  /** @returns how the copy must end, when a fault says so. */
  async #transfer(sizeBytes: number): Promise<CommandOutcome | undefined> {
    const { source, target, streams } = this.#init;
    this.#requireRoom(sizeBytes);
    const isEqual = this.#read(() => areEqual(source, target));
    // About a hundredth of a device that differs: what is simulated has no bytes of its own.
    this.tally.literalBytes = isEqual === true ? 0 : Math.ceil(sizeBytes / 100);
    if (isEqual !== true) this.#write();
    for (let piece = 1; piece <= pieces; piece += 1) {
      await this.#pace.spend((sizeBytes / pieces / readBytesPerSecond) * 1000);
      if (checkPeerOf(this.#init, this.#pace) === 'silent') await this.#pace.settle();
      const ending = await streams.reached(piece / (pieces + 1));
      if (ending !== undefined) return ending;
      this.#report((sizeBytes * piece) / pieces, sizeBytes);
    }
    // What cannot be read is filled with zeros on the target, and found out by the checksum.
    this.#read(() => {
      if (isEqual !== true) overwriteDevice(source, target);
    });
    return undefined;
  }

  /** @throws FatalCopyError */
  #requireRoom(sizeBytes: number): void {
    const { target } = this.#init;
    if (sizeBytes > bytesOf(target)) throw this.#writeFailed('No space left on device (28)');
  }

  #write(): void {
    const { source, target } = this.#init;
    try {
      noteSecondWriter(target.machine, target.key);
      const sectors = Math.max(1, Math.ceil(this.tally.literalBytes / sectorBytes));
      noteWrite(target.machine, target.key, { start: 0, sectors });
      mixDevice(source, target);
    } catch (error) {
      if (!isSimulationError(error)) throw error;
      throw this.#writeFailed(writeErrors[error.code] ?? 'Input/output error (5)');
    }
  }

  #writeFailed(why: string): FatalCopyError {
    const { target } = this.#init;
    const name = mainPath(deviceOf(target.machine, target.key));
    const what = `rsync: [receiver] write failed on "${name}": ${why}\n`;
    return new FatalCopyError(11, `${what}${lastWords(11, places.receive, 'receiver')}`);
  }

  #read<T>(look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      if (!isSimulationError(error)) throw error;
      const { source } = this.#init;
      const device = deviceOf(source.machine, source.key);
      const name = mainPath(device);
      this.#errors.push(
        `rsync: [sender] read errors mapping "${name}": Input/output error (5)\n`,
        `ERROR: ${device.kernelName} failed verification -- update retained.\n`,
      );
      return undefined;
    }
  }

  #report(bytes: number, totalBytes: number): void {
    const { options, streams, onProgress } = this.#init;
    const isLast = bytes >= totalBytes;
    const state: ProgressState = {
      bytes: Math.round(bytes),
      totalBytes,
      elapsedMs: this.#pace.elapsedMs,
      transfers: isLast ? 1 : 0,
      entriesLeft: isLast ? 0 : 1,
      entries: 1,
    };
    onProgress?.(state);
    if (!options.progress) return;
    streams.print(progressLine(state, isLast ? 'end-of-file' : 'within-file'));
    if (isLast) streams.print('\n');
  }

  #finished(): CommandOutcome {
    const { options } = this.#init;
    const exitCode = this.#errors.length === 0 ? 0 : 23;
    const words = exitCode === 0 ? '' : lastWords(exitCode, places.end, 'sender');
    const pass = options.dryRun ? 'dry' : 'real';
    const totals = statisticsText(this.tally, this.#pace.elapsedMs / 1000, pass);
    const stdout = options.statistics ? totals : '';
    return { exitCode, stdout, stderr: `${this.#errors.join('')}${words}` };
  }
}

const writeErrors: Partial<Record<SimulationError['code'], string>> = {
  'no-space': 'No space left on device (28)',
  'read-only': 'Operation not permitted (1)',
};

function checkPeerOf({ source, connection, options }: DeviceCopyInit, pace: Pace) {
  const { timeoutSeconds } = options;
  return checkPeer({ machine: source.machine, connection, timeoutSeconds }, pace);
}

function bytesOf({ machine, key }: DeviceThere): number {
  return sectorsOf(deviceOf(machine, key)) * sectorBytes;
}
