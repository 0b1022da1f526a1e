import { type ErrorCode, XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type {
  Argv,
  CommandResult,
  CommandRunner,
  DeviceMap,
  DeviceMapper,
  MapRequest,
} from '../../ports/index.js';
import {
  commandFailed,
  describeHolders,
  deviceMapInfoArgv,
  expectQuietSuccess,
  expectSuccess,
  parseDeviceMaps,
  parseOutput,
  resultDetails,
  saysMapIsAbsent,
} from '../shared/index.js';
import {
  createMapArgv,
  flushBuffersArgv,
  mapStatusArgv,
  removeMapArgv,
  syncDeviceArgv,
} from './argv.js';
import { parseMapStatus } from './parse.js';
import { tableOf } from './table.js';

/** Of the script that removes a map. */
const anotherUuid = 68;

/** What the adapter needs of its host. */
export interface DeviceMapperOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
}

/** The device mapper of a host, over dmsetup. */
export function createDeviceMapper(options: DeviceMapperOptions): DeviceMapper {
  return new DmsetupDeviceMapper(options);
}

class DmsetupDeviceMapper implements DeviceMapper {
  readonly #runner: CommandRunner;
  readonly #host: HostName;

  constructor({ runner, hostName }: DeviceMapperOptions) {
    this.#runner = runner;
    this.#host = hostName;
  }

  async list(): Promise<readonly DeviceMap[]> {
    const result = await this.#runner.run({ argv: deviceMapInfoArgv() });
    expectQuietSuccess(this.#host, result);
    return parseOutput(this.#host, result, parseDeviceMaps);
  }

  async create(request: MapRequest): Promise<DeviceMap> {
    const argv = createMapArgv(request);
    const result = await this.#runner.run({ argv, stdin: tableOf(request.segments) });
    // Proven by reading it back, so a warning beside success decides nothing here.
    const map = this.#shown(request.name, expectSuccess(this.#host, result));
    const readOnly = request.access === 'read-only';
    if (map.uuid !== request.uuid || map.readOnly !== readOnly) {
      throw new XenBackupError('output-unexpected', {
        message: `dmsetup created ${request.name} on ${this.#host}, but it is not as asked for`,
        details: { host: this.#host, uuid: map.uuid, readOnly: map.readOnly },
      });
    }
    return map;
  }

  async remove(name: string, uuid: string): Promise<void> {
    const result = await this.#runner.run({ argv: removeMapArgv(name, uuid) });
    if (result.exitCode === 0 || saysMapIsAbsent(result.stderr)) return;
    if (result.exitCode === anotherUuid) {
      throw new XenBackupError('ownership-unproven', {
        message: `map ${name} on ${this.#host} has another UUID than the one we gave`,
        details: { host: this.#host, uuid: this.#shown(name, result).uuid, expected: uuid },
      });
    }
    if (!/Device or resource busy/.test(result.stderr)) throw commandFailed(this.#host, result);
    const { deviceNumber } = this.#shown(name, result);
    const holders = await describeHolders(this.#runner, this.#host, deviceNumber);
    throw new XenBackupError('volume-busy', {
      message: `map ${name} on ${this.#host} is in use: ${holders.join(', ')}`,
      details: { ...resultDetails(this.#host, result), holders },
    });
  }

  async status(name: string): Promise<string> {
    const result = await this.#runner.run({ argv: mapStatusArgv(name) });
    if (result.exitCode !== 0) {
      const code = saysMapIsAbsent(result.stderr) ? 'device-not-found' : 'command-failed';
      throw commandFailed(this.#host, result, code);
    }
    return parseOutput(this.#host, expectQuietSuccess(this.#host, result), parseMapStatus);
  }

  async flush(device: string): Promise<void> {
    await this.#flushWith(syncDeviceArgv(device));
    await this.#flushWith(flushBuffersArgv(device));
  }

  async #flushWith(argv: Argv): Promise<void> {
    const result = await this.#runner.run({ argv });
    if (result.exitCode === 0) return;
    const absent = /No such file or directory/.test(result.stderr);
    const code: ErrorCode = absent ? 'device-not-found' : 'command-failed';
    throw commandFailed(this.#host, result, code);
  }

  /** The map that a script has shown. */
  #shown(name: string, result: CommandResult): DeviceMap {
    const [map, ...others] = parseOutput(this.#host, result, parseDeviceMaps);
    if (map?.name !== name || others.length > 0) {
      throw new XenBackupError('output-unexpected', {
        message: `dmsetup on ${this.#host} answers about other maps than ${name}`,
        details: resultDetails(this.#host, result),
      });
    }
    return map;
  }
}
