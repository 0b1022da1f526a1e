import type { PartitionMap } from '../../core/model/index.js';
import { linesOf, parseCount, parseDeviceNumber, unexpectedOutput } from '../shared/index.js';

const addedLine =
  /^add map (?<name>\S+p(?<number>\d+)) \((?<device>\d+:\d+)\): 0 (?<sectors>\d+) linear (?<parent>\d+:\d+) \d+$/;

/**
 * What `kpartx -a -v -p p` says it mapped, in order of number. An empty text is a table without
 * partitions.
 *
 * @throws `output-unexpected` for any line that is no map, for maps of different devices, and for
 * a map that kpartx announces but could not make (it prints device number 0:0 then).
 */
export function parseAddedMaps(text: string): readonly PartitionMap[] {
  const parents = new Set<string>();
  const maps = linesOf(text).map((line) => {
    const fields = addedLine.exec(line)?.groups;
    const number = parseCount(fields?.['number'] ?? '');
    const sizeSectors = parseCount(fields?.['sectors'] ?? '');
    const deviceNumber = parseDeviceNumber(fields?.['device'] ?? '');
    const name = fields?.['name'];
    const parent = fields?.['parent'];
    if (!name || !parent || !number || !sizeSectors || !deviceNumber?.major) {
      throw unexpectedOutput('kpartx -a: a line that is no map', line);
    }
    parents.add(`${parent} ${name.slice(0, -`p${number}`.length)}`);
    return { number, name, deviceNumber, sizeSectors };
  });
  const numbers = new Set(maps.map(({ number }) => number));
  if (parents.size > 1 || numbers.size < maps.length) {
    throw unexpectedOutput('kpartx -a: not the maps of one device', text);
  }
  return maps.sort((a, b) => a.number - b.number);
}

/** How `kpartx -d -v` ended, and the maps that are still in use. */
export interface RemovedMaps {
  readonly removed: readonly string[];
  readonly busy: readonly string[];
}

/** @throws `output-unexpected` for any line that is neither. */
export function parseRemovedMaps(text: string): RemovedMaps {
  const removed: string[] = [];
  const busy: string[] = [];
  for (const line of linesOf(text)) {
    const [, gone] = /^del devmap : (\S+)$/.exec(line) ?? [];
    const [, kept] = /^(\S+) is in use\. Not removing$/.exec(line) ?? [];
    if (gone !== undefined) removed.push(gone);
    else if (kept !== undefined) busy.push(kept);
    else throw unexpectedOutput('kpartx -d: a strange line', line);
  }
  return { removed, busy };
}

/** True when kpartx says that the device is not there (it says so on stdout). */
export function saysDeviceIsAbsent(text: string): boolean {
  return /^failed to stat\(\) /m.test(text);
}
