import { posix } from 'node:path';
import type { HostName } from '../../core/model/index.js';
import type { CommandRunner, DeviceEvents, HostFiles } from '../../ports/index.js';
import {
  commandFailed,
  expectQuietSuccess,
  expectSuccess,
  parseOutput,
  requirePath,
} from '../shared/index.js';
import { propertiesArgv, reloadArgv, settleArgv } from './argv.js';
import { parseProperties, saysDeviceIsUnknown } from './parse.js';
import { UDEV_RULE } from './scripts.js';

/** What the adapter needs of its host. */
export interface DeviceEventsOptions {
  readonly runner: CommandRunner;
  /** Writes and removes the rule file. */
  readonly files: HostFiles;
  readonly hostName: HostName;
  /** How long `settle` waits. Default 60. */
  readonly settleTimeoutSeconds?: number;
}

/** udev of a host. */
export function createDeviceEvents(options: DeviceEventsOptions): DeviceEvents {
  return new UdevDeviceEvents(options);
}

/** What the rule sets, and what the host's own rules look at before they touch a device. */
const leftAlone = {
  DM_NOSCAN: '1',
  DM_UDEV_DISABLE_OTHER_RULES_FLAG: '1',
  SYSTEMD_READY: '0',
} as const;

class UdevDeviceEvents implements DeviceEvents {
  readonly #runner: CommandRunner;
  readonly #files: HostFiles;
  readonly #host: HostName;
  readonly #settleTimeoutSeconds: number;

  constructor({ runner, files, hostName, settleTimeoutSeconds = 60 }: DeviceEventsOptions) {
    this.#runner = runner;
    this.#files = files;
    this.#host = hostName;
    this.#settleTimeoutSeconds = settleTimeoutSeconds;
  }

  async installRule(path: string): Promise<void> {
    requirePath('rule file', path);
    // /run/udev/rules.d exists only where something made rules at run time.
    await this.#files.ensureDirectory(posix.dirname(path));
    await this.#files.writeTextAtomically(path, UDEV_RULE);
    await this.#reload();
  }

  async isLeftAlone(device: string): Promise<boolean> {
    const result = await this.#runner.run({ argv: propertiesArgv(device) });
    if (result.exitCode !== 0) {
      const absent = saysDeviceIsUnknown(result.stderr);
      throw commandFailed(this.#host, result, absent ? 'device-not-found' : 'command-failed');
    }
    const known = parseOutput(this.#host, expectQuietSuccess(this.#host, result), parseProperties);
    return Object.entries(leftAlone).every(([key, value]) => known.get(key) === value);
  }

  async removeRule(path: string): Promise<void> {
    await this.#files.removeFile(requirePath('rule file', path));
    await this.#reload();
  }

  async settle(): Promise<void> {
    const seconds = this.#settleTimeoutSeconds;
    // The command ends by itself; the runner's limit is for a udevadm that hangs.
    const timeoutMs = (seconds + 30) * 1_000;
    const result = await this.#runner.run({ argv: settleArgv(seconds), timeoutMs });
    // udevadm has one exit code for everything; old ones say nothing when the time is over.
    if (result.exitCode === 1 && /^(?:\s*|Timed out for waiting .*)$/s.test(result.stderr)) {
      throw commandFailed(this.#host, result, 'command-timed-out');
    }
    expectSuccess(this.#host, result);
  }

  async #reload(): Promise<void> {
    expectSuccess(this.#host, await this.#runner.run({ argv: reloadArgv() }));
  }
}
