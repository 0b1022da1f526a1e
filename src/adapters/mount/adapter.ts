import { XenBackupError } from '../../core/errors/index.js';
import type { HostName, MountEntry, RootIdentity } from '../../core/model/index.js';
import type {
  Argv,
  Clock,
  CommandResult,
  CommandRunner,
  Mounter,
  MountRequest,
} from '../../ports/index.js';
import {
  commandFailed,
  describeHolders,
  expectQuietSuccess,
  expectSuccess,
  parseOutput,
  printable,
  resultDetails,
  retryWhileBusy,
} from '../shared/index.js';
import * as argv from './argv.js';
import {
  parseMountInfo,
  parseRootIdentity,
  remedyForRefusal,
  saysNothingOfNote,
  unmountOutcome,
} from './parse.js';

/** What the adapter needs of its host. */
export interface MounterOptions {
  readonly runner: CommandRunner;
  /** Paces the retries while a mount is busy. */
  readonly clock: Clock;
  readonly hostName: HostName;
}

/** The mounts of a host, over mount(8) and /proc. */
export function createMounter(options: MounterOptions): Mounter {
  return new SystemMounter(options);
}

class SystemMounter implements Mounter {
  readonly #runner: CommandRunner;
  readonly #clock: Clock;
  readonly #host: HostName;

  constructor({ runner, clock, hostName }: MounterOptions) {
    this.#runner = runner;
    this.#clock = clock;
    this.#host = hostName;
  }

  async list(): Promise<readonly MountEntry[]> {
    const result = await this.#runner.run({ argv: argv.listMountsArgv() });
    return parseOutput(this.#host, expectQuietSuccess(this.#host, result), parseMountInfo);
  }

  async mount(request: MountRequest): Promise<void> {
    const result = await this.#runner.run({ argv: argv.mountArgv(request) });
    if (result.exitCode !== 0) throw this.#refusal(request, result);
    if (saysNothingOfNote(result.stderr)) return;
    // mount(8) mounts a protected device read-only, says so, and ends with 0: not what was asked.
    await this.unmount(request.mountPoint);
    throw commandFailed(this.#host, result, 'mount-failed');
  }

  async mountTemporary(mountPoint: string, sizeBytes: number): Promise<void> {
    await this.#succeedQuietly(argv.mountTemporaryArgv(mountPoint, sizeBytes));
  }

  async makeMountPoints(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const result = await this.#runner.run({ argv: argv.makeDirectoriesArgv(paths) });
    expectSuccess(this.#host, result);
  }

  async makeReadOnly(mountPoint: string): Promise<void> {
    await this.#succeedQuietly(argv.remountReadOnlyArgv(mountPoint));
  }

  async unmount(mountPoint: string): Promise<void> {
    const command = argv.unmountArgv(mountPoint);
    const busy = await retryWhileBusy(this.#clock, async () => {
      const result = await this.#runner.run({ argv: command });
      switch (unmountOutcome(result.exitCode, result.stderr)) {
        case 'done':
        case 'not-mounted':
          return undefined;
        case 'busy':
          return result;
        case 'failed':
          throw commandFailed(this.#host, result);
      }
    });
    if (busy !== undefined) throw await this.#busyError(mountPoint, busy);
  }

  async rootIdentity(mountPoint: string): Promise<RootIdentity> {
    const result = await this.#runner.run({ argv: argv.rootIdentityArgv(mountPoint) });
    if (result.exitCode !== 0) throw commandFailed(this.#host, result, 'mount-missing');
    return parseOutput(this.#host, expectQuietSuccess(this.#host, result), parseRootIdentity);
  }

  /** What the kernel refused, with what to do where its answer tells. */
  #refusal({ fileSystemType }: MountRequest, result: CommandResult): XenBackupError {
    const error = commandFailed(this.#host, result, 'mount-failed');
    const remedy = remedyForRefusal(result.stderr, fileSystemType, this.#host);
    if (remedy === undefined) return error;
    const { message, details } = error;
    return new XenBackupError('mount-failed', { message, remedy, details });
  }

  async #succeedQuietly(command: Argv): Promise<void> {
    const result = await this.#succeed(command);
    if (!saysNothingOfNote(result.stderr)) throw commandFailed(this.#host, result, 'mount-failed');
  }

  async #succeed(command: Argv): Promise<CommandResult> {
    const result = await this.#runner.run({ argv: command });
    if (result.exitCode !== 0) throw commandFailed(this.#host, result, 'mount-failed');
    return result;
  }

  async #busyError(mountPoint: string, result: CommandResult): Promise<XenBackupError> {
    const holders = await this.#holdersOf(mountPoint);
    return new XenBackupError('mount-busy', {
      message: `${printable(mountPoint)} on ${this.#host} is in use: ${holders.join(', ')}`,
      details: { ...resultDetails(this.#host, result), holders },
    });
  }

  async #holdersOf(mountPoint: string): Promise<readonly string[]> {
    const mounts = await this.list();
    // The last one is on top.
    const top = mounts.filter((entry) => entry.mountPoint === mountPoint).at(-1);
    if (top === undefined) return ['nobody any more'];
    const nested = mounts
      .filter((entry) => entry.mountPoint.startsWith(`${mountPoint}/`))
      .map((entry) => `mount ${printable(entry.mountPoint)}`);
    if (nested.length > 0) return nested;
    return describeHolders(this.#runner, this.#host, top.deviceNumber, mountPoint);
  }
}
