import type { HostName } from '../../core/model/index.js';
import type { CommandRunner } from '../../ports/index.js';
import { commandFailed, parseOutput } from '../shared/index.js';
import { globalFilterArgv } from './argv.js';
import { hostDevices } from './device-filters.js';
import { saysSettingIsUnset } from './outcome.js';
import { parseGlobalFilter } from './parse.js';

/**
 * The device settings for commands on the host's own groups: our filter, then the host's own
 * `global_filter`, which a setting on the command line would otherwise replace. Asked once;
 * after a failure the next call asks again.
 *
 * @throws `command-failed`, `output-unexpected`.
 */
export function hostDeviceSettings(runner: CommandRunner, host: HostName): () => Promise<string> {
  let settings: Promise<string> | undefined;
  return () => {
    settings ??= readSettings(runner, host).catch((error: unknown) => {
      settings = undefined;
      throw error;
    });
    return settings;
  };
}

async function readSettings(runner: CommandRunner, host: HostName): Promise<string> {
  const result = await runner.run({ argv: globalFilterArgv() });
  if (saysSettingIsUnset(result)) return hostDevices();
  if (result.exitCode !== 0) throw commandFailed(host, result);
  return hostDevices(parseOutput(host, result, parseGlobalFilter));
}
