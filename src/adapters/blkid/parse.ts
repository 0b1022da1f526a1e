import type { Content } from '../../core/model/index.js';
import type { ProbedDevice } from '../../ports/index.js';
import { unexpectedOutput } from '../shared/index.js';
import { parseExport } from './export-format.js';

type Fields = ReadonlyMap<string, string>;

/**
 * What `blkid -p -o export` recognised. A partition that bears nothing known still has its
 * entry's fields, and is `blank`.
 *
 * @throws `output-unexpected` for a text without any field, and for signatures that contradict
 * each other.
 */
export function parseProbe(text: string): ProbedDevice {
  const fields = parseExport(text);
  if (!fields.has('DEVNAME')) throw unexpectedOutput('blkid: an answer about no device', text);
  const content = contentOf(fields);
  if (content === undefined) throw unexpectedOutput('blkid: contradictory signatures', text);
  const partitionUuid = fields.get('PART_ENTRY_UUID');
  const partitionLabel = fields.get('PART_ENTRY_NAME');
  return {
    content,
    ...(partitionUuid === undefined ? {} : { partitionUuid }),
    ...(partitionLabel === undefined ? {} : { partitionLabel }),
  };
}

function contentOf(fields: Fields): Content | undefined {
  const type = fields.get('TYPE');
  const table = fields.get('PTTYPE');
  if (type !== undefined && table !== undefined) return undefined;
  if (table !== undefined) return tableContent(table, fields);
  if (type !== undefined) return typedContent(type, fields);
  // Anything that describes content without naming it is news.
  const isBlank = [...fields.keys()].every((key) => /^(?:DEVNAME$|PART_ENTRY_)/.test(key));
  return isBlank ? { kind: 'blank' } : undefined;
}

function tableContent(type: string, fields: Fields): Content {
  const uuid = pick('uuid', fields.get('PTUUID'));
  if (type === 'dos') return { kind: 'partition-table', label: 'msdos', ...uuid };
  if (type === 'gpt') return { kind: 'partition-table', label: 'gpt', ...uuid };
  return { kind: 'other', type: `${type} partition table`, ...uuid };
}

function typedContent(type: string, fields: Fields): Content | undefined {
  const uuid = fields.get('UUID');
  const label = pick('label', fields.get('LABEL'));
  const usage = fields.get('USAGE');
  if (type === 'LVM2_member') {
    return uuid === undefined ? undefined : { kind: 'physical-volume', uuid };
  }
  if (type === 'swap') return { kind: 'swap', ...pick('uuid', uuid), ...label };
  if (usage === 'filesystem') {
    const device = type === 'btrfs' ? pick('deviceUuid', fields.get('UUID_SUB')) : {};
    return { kind: 'file-system', type, ...pick('uuid', uuid), ...label, ...device };
  }
  return usage === undefined ? undefined : { kind: 'other', type, ...pick('uuid', uuid) };
}

function pick<Key extends string>(
  key: Key,
  value: string | undefined,
): { readonly [K in Key]?: string } {
  if (value === undefined || value === '') return {};
  const picked: { [K in Key]?: string } = {};
  picked[key] = value;
  return picked;
}

/** @throws `output-unexpected`. */
export function parseSize(text: string): number {
  const [, digits] = /^(\d{1,16})\n?$/.exec(text) ?? [];
  const size = Number(digits);
  if (!Number.isSafeInteger(size)) throw unexpectedOutput('blockdev: no size', text);
  return size;
}
