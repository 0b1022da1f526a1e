import type { DeviceNumber, HostName } from '../../core/model/index.js';
import type { CommandRunner } from '../../ports/index.js';
import { deviceMapInfoArgv, parseDeviceMaps } from './device-map-info.js';
import { parseCount } from './numbers.js';
import { firstLine, printable } from './printable.js';
import { expectSuccess, unexpectedOutput } from './result.js';
import { HOLDERS_SCRIPT } from './scripts.js';

/** Longest name of a file or mount point in a message about holders, in characters. */
const nameLimit = 120;
/** A message names this many holders; the rest are counted. */
const holderLimit = 12;

/**
 * The command that names who holds a device.
 *
 * @param mountPoint - where it is mounted, when that is what is to be unmounted.
 */
export function holdersArgv({ major, minor }: DeviceNumber, mountPoint = '') {
  const device = `${String(major)}:${String(minor)}`;
  return ['sh', '-c', HOLDERS_SCRIPT, 'xen-backup-holders', device, mountPoint] as const;
}

/**
 * Holders as an operator reads them: `sleep (pid 4711, works in /mnt)`, `map xen-backup-...-1`.
 *
 * @param mountPoint - what is to be unmounted; it does not hold itself.
 * @throws `output-unexpected`.
 */
export function parseHolders(text: string, mountPoint?: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw unexpectedOutput('holders: cut off', text);
  return lines
    .filter((line) => mountPoint === undefined || line !== `mount\t${mountPoint}`)
    .map(wordsOf);
}

function wordsOf(line: string): string {
  const [kind = '', ...fields] = line.split('\t');
  const words = holderWords(kind, fields);
  if (words === undefined) throw unexpectedOutput('holders: a strange line', line);
  return words;
}

function holderWords(kind: string, fields: readonly string[]): string | undefined {
  const [first = '', second = '', third = '', fourth = '', ...rest] = fields;
  if (first === '' || rest.length > 0) return undefined;
  switch (`${kind} ${String(fields.length)}`) {
    case 'process 4':
      return processWords(first, second, third, fourth);
    case 'map 2':
      return `map ${shown(first)}${second.startsWith('LVM-') ? ' (an active logical volume)' : ''}`;
    case 'loop 2':
      return `loop device ${shown(first)} (on ${shown(second)})`;
    case 'guest 2':
      return parseCount(first) === undefined
        ? undefined
        : `the running guest with domain id ${first} (${shown(second)})`;
    case 'mount 1':
      return `mount ${shown(first)}`;
    case 'device 1':
      return `device ${shown(first)}`;
    case 'swap 1':
      return `swap on ${shown(first)}`;
    default:
      return undefined;
  }
}

function processWords(
  processId: string,
  use: string,
  what: string,
  command: string,
): string | undefined {
  const does = useWords(use, shown(what));
  if (parseCount(processId) === undefined || command === '' || does === undefined) return undefined;
  return `${shown(command)} (pid ${processId}, ${does})`;
}

function useWords(use: string, what: string): string | undefined {
  if (/^fd\/\d+$/.test(use)) return `has ${what === '' ? 'a file' : what} open`;
  switch (use) {
    case 'cwd':
      return `works in ${what}`;
    case 'root':
      return `has its root in ${what}`;
    case 'exe':
      return `runs ${what}`;
    case 'maps':
      return 'has a file of it mapped into memory';
    case 'mountinfo':
      return `keeps it mounted on ${what} in a mount namespace of its own`;
    default:
      return undefined;
  }
}

function shown(text: string): string {
  return printable(text, nameLimit);
}

/**
 * Who holds a device, for the message of an error. It never fails: what is to be reported is
 * that the device is busy, and an answer that cannot be had must not hide it.
 *
 * @param mountPoint - what is to be unmounted, when it is about a mount of the device.
 */
export function describeHolders(
  runner: CommandRunner,
  host: HostName,
  device: DeviceNumber,
  mountPoint?: string,
): Promise<readonly string[]> {
  return orUnknown(() => askForHolders(runner, host, device, mountPoint));
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

async function askForHolders(
  runner: CommandRunner,
  host: HostName,
  device: DeviceNumber,
  mountPoint?: string,
) {
  const result = await runner.run({ argv: holdersArgv(device, mountPoint), timeoutMs: 30_000 });
  const holders = parseHolders(expectSuccess(host, result).stdout, mountPoint);
  // Some parts of the kernel (an NFS server) hold devices without any trace that we know.
  if (holders.length === 0) return ['no process that can be seen: perhaps the kernel itself'];
  const more = holders.length - holderLimit;
  return more <= 0 ? holders : [...holders.slice(0, holderLimit), `${String(more)} more`];
}

async function orUnknown(ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await ask();
  } catch (error) {
    return [`unknown: ${firstLine(error instanceof Error ? error.message : String(error))}`];
  }
}
