import type { Argv, DeviceMap } from '../../ports/index.js';
import { parseCount } from './numbers.js';
import { linesOf } from './quiet.js';
import { requireOperand, unexpectedOutput } from './result.js';

const columns = 'name,uuid,major,minor,open,attr';

/** `dmsetup info` of one map, or of all without a name, one line a map. */
export function deviceMapInfoArgv(name?: string): Argv {
  const argv: Argv = ['dmsetup', 'info', '-c', '--noheadings', '--separator', ':', '-o', columns];
  return name === undefined ? argv : [...argv, requireOperand('map name', name)];
}

/** What dmsetup says on stderr of a map that is not there. */
export function saysMapIsAbsent(stderr: string): boolean {
  return /Device does not exist|Device \S+ not found|No such device or address/.test(stderr);
}

// Live table, inactive table, suspended, and the access that matters to us.
const attributes = /^[L-][I-][s-](?<access>[rw])$/;

/**
 * The maps that `dmsetup info` lists.
 *
 * A name may contain a colon (LUKS names are free), a UUID does not: the last four fields are
 * split off from the right, then the UUID. Such a name is never one of ours.
 *
 * @throws `output-unexpected`.
 */
export function parseDeviceMaps(text: string): readonly DeviceMap[] {
  const lines = linesOf(text);
  if (lines.length === 0) throw unexpectedOutput('dmsetup info: no answer', text);
  return lines.length === 1 && lines[0] === 'No devices found' ? [] : lines.map(parseLine);
}

function parseLine(line: string): DeviceMap {
  const fields = line.split(':');
  const [majorText = '', minorText = '', openText = '', attribute = ''] = fields.slice(-4);
  const uuid = fields.at(-5);
  const name = fields.slice(0, -5).join(':');
  const major = parseCount(majorText);
  const minor = parseCount(minorText);
  const openCount = parseCount(openText);
  const access = attributes.exec(attribute)?.groups?.['access'];
  if (
    name === '' ||
    uuid === undefined ||
    major === undefined ||
    minor === undefined ||
    openCount === undefined ||
    access === undefined
  ) {
    throw unexpectedOutput('dmsetup info: a line that is no device', line);
  }
  return { name, uuid, deviceNumber: { major, minor }, openCount, readOnly: access === 'r' };
}
