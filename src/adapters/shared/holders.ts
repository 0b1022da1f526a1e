import type { DeviceNumber, HostName } from '../../core/model/index.js';
import type { CommandRunner } from '../../ports/index.js';
import { deviceMapInfoArgv, parseDeviceMaps } from './device-map-info.js';
import { parseCount } from './numbers.js';
import { firstLine, printable } from './printable.js';
import { expectSuccess, unexpectedOutput } from './result.js';
import { HOLDERS_SCRIPT } from './scripts.js';

/** The command that names who holds a device. */
export function holdersArgv({ major, minor }: DeviceNumber) {
  return ['sh', '-c', HOLDERS_SCRIPT, 'xen-backup-holders', `${major}:${minor}`] as const;
}

/**
 * Holders as an operator reads them: `sleep (pid 4711)`, `map VolGroup00-LogVol00`.
 *
 * @throws `output-unexpected`.
 */
export function parseHolders(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [subject = '', name = '', ...rest] = line.split('\t');
      if (name === '' || rest.length > 0) throw unexpectedOutput('holders: a strange line', line);
      if (subject === 'map') return `map ${printable(name)}`;
      if (parseCount(subject) === undefined) {
        throw unexpectedOutput('holders: no process id', line);
      }
      return `${printable(name)} (pid ${subject})`;
    });
}

/**
 * Who holds a device, for the message of an error. It never fails: what is to be reported is
 * that the device is busy, and an answer that cannot be had must not hide it.
 */
export function describeHolders(
  runner: CommandRunner,
  host: HostName,
  device: DeviceNumber,
): Promise<readonly string[]> {
  return orUnknown(() => askForHolders(runner, host, device));
}

/** The same for a map, by its device-mapper name. */
export function describeHoldersOfMap(
  runner: CommandRunner,
  host: HostName,
  mapName: string,
): Promise<readonly string[]> {
  return orUnknown(async () => {
    const result = await runner.run({ argv: deviceMapInfoArgv(mapName) });
    const [map] = parseDeviceMaps(expectSuccess(host, result).stdout);
    return map === undefined ? ['the map is gone'] : askForHolders(runner, host, map.deviceNumber);
  });
}

async function askForHolders(runner: CommandRunner, host: HostName, device: DeviceNumber) {
  const result = await runner.run({ argv: holdersArgv(device), timeoutMs: 30_000 });
  const holders = parseHolders(expectSuccess(host, result).stdout);
  // A kernel thread (Xen's block back end, NFS) holds devices without any trace in /proc.
  return holders.length > 0 ? holders : ['no process: perhaps a running guest, or the kernel'];
}

async function orUnknown(ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await ask();
  } catch (error) {
    return [`unknown: ${firstLine(error instanceof Error ? error.message : String(error))}`];
  }
}
