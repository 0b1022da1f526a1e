import type { HostName } from '../../core/model/index.js';
import type {
  CommandResult,
  CommandRunner,
  DeviceRegion,
  RegionReader,
} from '../../ports/index.js';
import { commandFailed, expectQuietSuccess, parseOutput } from '../shared/index.js';
import { readRegionsArgv } from './argv.js';
import { parseBytes, parseDigests } from './parse.js';

/** What the adapter needs of its host. */
export interface RegionReaderOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
}

/** Reads pieces of a host's block devices with dd. */
export function createRegionReader({ runner, hostName }: RegionReaderOptions): RegionReader {
  const ask = async (
    mode: 'digest' | 'bytes',
    regions: readonly DeviceRegion[],
  ): Promise<CommandResult> => {
    const result = await runner.run({ argv: readRegionsArgv(mode, regions) });
    if (result.exitCode === 0) return expectQuietSuccess(hostName, result);
    const absent = /No such file or directory/.test(result.stderr);
    throw commandFailed(hostName, result, absent ? 'device-not-found' : 'command-failed');
  };
  return {
    digest: async (regions) => {
      if (regions.length === 0) return [];
      const result = await ask('digest', regions);
      return parseOutput(hostName, result, (text) => parseDigests(text, regions.length));
    },
    read: async (regions) => {
      if (regions.length === 0) return [];
      const lengths = regions.map(({ lengthBytes }) => lengthBytes);
      const result = await ask('bytes', regions);
      return parseOutput(hostName, result, (text) => parseBytes(text, lengths));
    },
  };
}
