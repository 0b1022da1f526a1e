import { keyOf } from '../block/devices.js';
import { openCount } from '../block/openings.js';
import type { MapDevice } from '../block/types.js';
import type { Machine } from '../world/state.js';
import { isGiven, lastValue, type ParsedOption } from './getopt.js';

interface InfoField {
  readonly heading: string;
  /** Least width in the table. */
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly text: (machine: Machine, map: MapDevice) => string;
}

const left = (heading: string, width: number, text: InfoField['text']): InfoField => ({
  heading,
  width,
  align: 'left',
  text,
});

const right = (
  heading: string,
  width: number,
  value: (machine: Machine, map: MapDevice) => number,
): InfoField => ({
  heading,
  width,
  align: 'right',
  text: (machine, map) => String(value(machine, map)),
});

const fields: Readonly<Record<string, InfoField>> = {
  name: left('Name', 16, (_machine, map) => map.name),
  uuid: left('UUID', 32, (_machine, map) => map.uuid),
  major: right('Maj', 3, (_machine, map) => map.number.major),
  minor: right('Min', 3, (_machine, map) => map.number.minor),
  attr: left('Stat', 4, (_machine, map) => attributes(map)),
  open: right('Open', 4, (machine, map) => openCount(machine, keyOf(map.number))),
  segments: right('Targ', 4, (_machine, map) => map.table.length),
  events: right('Event', 6, (_machine, map) => map.eventNumber),
  readonly: left('Read-only', 9, (_machine, map) => (map.readOnly ? 'Read-only' : 'Writeable')),
  suspended: left('Suspended', 9, (_machine, map) => (map.suspended ? 'Suspended' : 'Active')),
  blkdevname: left('BlkDevName', 16, (_machine, map) => map.kernelName),
};

const defaultFields = 'name,major,minor,attr,open,segments,events,uuid';

/** (L)ive table, no inactive one, (s)uspended, (r)ead-only or (w)ritable. */
function attributes({ suspended, readOnly }: MapDevice): string {
  return `L-${suspended ? 's' : '-'}${readOnly ? 'r' : 'w'}`;
}

/** The report of `dmsetup info -c`. */
export function infoReport(
  machine: Machine,
  options: readonly ParsedOption[],
  maps: readonly MapDevice[],
): string {
  const names = (lastValue(options, 'options') ?? defaultFields).split(',');
  const columns = names.flatMap((name) => fields[name] ?? []);
  const rows = maps.map((map) => columns.map((column) => column.text(machine, map)));
  const separator = lastValue(options, 'separator');
  const heading = isGiven(options, 'noheadings') ? [] : [columns.map((column) => column.heading)];
  if (separator !== undefined) {
    return [...heading, ...rows].map((row) => `${row.join(separator)}\n`).join('');
  }
  const widths = columns.map(({ width }, index) =>
    Math.max(width, ...[...heading, ...rows].map((row) => row[index]?.length ?? 0)),
  );
  const pad = (text: string, index: number): string =>
    columns[index]?.align === 'right'
      ? text.padStart(widths[index] ?? 0)
      : text.padEnd(widths[index] ?? 0);
  return [
    ...heading.map((row) => row.map((text, index) => text.padEnd(widths[index] ?? 0))),
    ...rows.map((row) => row.map(pad)),
  ]
    .map((row) => `${row.join(' ')}\n`)
    .join('');
}

/** Whether every field of `-o` is simulated. */
export function knowsFields(options: readonly ParsedOption[]): boolean {
  const names = (lastValue(options, 'options') ?? defaultFields).split(',');
  return names.every((name) => Object.hasOwn(fields, name));
}
