import { XenBackupError } from '../../core/errors/index.js';
import type { HostName, PartitionMap } from '../../core/model/index.js';
import type {
  Clock,
  CommandResult,
  CommandRunner,
  PartitionMapper,
  PartitionMapRequest,
} from '../../ports/index.js';
import {
  commandFailed,
  describeHoldersOfMap,
  expectQuietSuccess,
  parseOutput,
  resultDetails,
  retryWhileBusy,
} from '../shared/index.js';
import { addMapsArgv, removeMapsArgv } from './argv.js';
import { parseAddedMaps, parseRemovedMaps, saysDeviceIsAbsent } from './parse.js';

/** What the adapter needs of its host. */
export interface PartitionMapperOptions {
  readonly runner: CommandRunner;
  /** Paces the retries while a map is busy. */
  readonly clock: Clock;
  readonly hostName: HostName;
}

/** The partition mapper of a host, over kpartx. */
export function createPartitionMapper(options: PartitionMapperOptions): PartitionMapper {
  return new KpartxPartitionMapper(options);
}

class KpartxPartitionMapper implements PartitionMapper {
  readonly #runner: CommandRunner;
  readonly #clock: Clock;
  readonly #host: HostName;

  constructor({ runner, clock, hostName }: PartitionMapperOptions) {
    this.#runner = runner;
    this.#clock = clock;
    this.#host = hostName;
  }

  async add(request: PartitionMapRequest): Promise<readonly PartitionMap[]> {
    const result = await this.#runner.run({ argv: addMapsArgv(request) });
    if (result.exitCode !== 0) {
      const absent = saysDeviceIsAbsent(result.stdout);
      throw commandFailed(this.#host, result, absent ? 'device-not-found' : 'command-failed');
    }
    // kpartx ends with 0 when a logical partition could not be mapped: only stderr tells.
    expectQuietSuccess(this.#host, result);
    return parseOutput(this.#host, result, parseAddedMaps);
  }

  async remove(device: string): Promise<void> {
    const argv = removeMapsArgv(device);
    const busy = await retryWhileBusy(this.#clock, async () => {
      const result = await this.#runner.run({ argv });
      return this.#busyMaps(result).length === 0 ? undefined : result;
    });
    if (busy !== undefined) throw await this.#busyError(device, busy);
  }

  #busyMaps(result: CommandResult): readonly string[] {
    // A device that is gone has taken its partition maps with it, or they would have kept it.
    if (result.exitCode !== 0 && saysDeviceIsAbsent(result.stdout)) return [];
    if (result.exitCode > 1 || result.stderr.trim() !== '') {
      throw commandFailed(this.#host, result);
    }
    const { busy } = parseOutput(this.#host, result, parseRemovedMaps);
    if (result.exitCode !== 0 && busy.length === 0) throw commandFailed(this.#host, result);
    return busy;
  }

  async #busyError(device: string, result: CommandResult): Promise<XenBackupError> {
    const { busy } = parseRemovedMaps(result.stdout);
    const held: string[] = [];
    for (const name of busy) {
      const holders = await describeHoldersOfMap(this.#runner, this.#host, name);
      held.push(`${name} by ${holders.join(', ')}`);
    }
    return new XenBackupError('volume-busy', {
      message: `partitions of ${device} on ${this.#host} are in use: ${held.join('; ')}`,
      details: { ...resultDetails(this.#host, result), maps: busy, holders: held },
    });
  }
}
