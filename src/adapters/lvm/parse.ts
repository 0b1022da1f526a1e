import { z } from 'zod';
import type { LogicalVolume, SnapshotHealth, VolumeGroup } from '../../core/model/index.js';
import { linesOf, parseCount, unexpectedOutput } from '../shared/index.js';
import {
  attributes,
  count,
  filled,
  optional,
  readReport,
  uuid,
  withoutBrackets,
} from './report.js';

const volumeGroupRow = z.object({
  vg_name: filled,
  vg_uuid: uuid,
  vg_size: count,
  vg_free: count,
  vg_extent_size: count,
});

/** @throws `output-unexpected`. */
export function parseVolumeGroups(text: string): readonly VolumeGroup[] {
  return readReport('vg', text, volumeGroupRow).map((row) => ({
    name: row.vg_name,
    uuid: row.vg_uuid,
    sizeBytes: row.vg_size,
    freeBytes: row.vg_free,
    extentSizeBytes: row.vg_extent_size,
  }));
}

const percent = z
  .string()
  .regex(/^(?:\d{1,3}\.\d+)?$/)
  .transform((text) => (text === '' ? undefined : Number(text)));

// "unknown" stands for whatever is no COW snapshot; anything else would be news.
const snapshotInvalid = z
  .enum(['', 'unknown', 'snapshot invalid'])
  .transform((text) => text === 'snapshot invalid');

const activeWords = z
  .enum(['', 'active', 'locally', 'locally exclusive', 'remotely', 'remotely exclusive'])
  .transform((text) => text !== '');

const volumeRow = z.object({
  lv_name: filled,
  vg_name: filled,
  lv_uuid: uuid,
  lv_path: z.string(),
  lv_dm_path: filled,
  lv_attr: attributes,
  lv_size: count,
  origin: optional,
  pool_lv: optional,
  data_percent: percent,
  lv_snapshot_invalid: snapshotInvalid,
  lv_active: activeWords,
  segtype: filled,
  lv_tags: z.string(),
});

type VolumeRow = z.output<typeof volumeRow>;

/**
 * The volumes of `lvs`. Because `segtype` belongs to segments, LVM prints a row for each segment
 * of a volume: rows of one volume become one, and segments of several types become `mixed`.
 *
 * @throws `output-unexpected`.
 */
export function parseLogicalVolumes(text: string): readonly LogicalVolume[] {
  const volumes = new Map<string, LogicalVolume>();
  for (const row of readReport('lv', text, volumeRow)) {
    const volume = toVolume(row);
    const known = volumes.get(row.lv_uuid);
    if (known === undefined) {
      volumes.set(row.lv_uuid, volume);
      continue;
    }
    const segmentType = known.segmentType === volume.segmentType ? volume.segmentType : 'mixed';
    if (JSON.stringify({ ...known, segmentType }) !== JSON.stringify({ ...volume, segmentType })) {
      throw unexpectedOutput(`LVM lv report: two volumes with UUID ${row.lv_uuid}`, text);
    }
    volumes.set(row.lv_uuid, { ...known, segmentType });
  }
  return [...volumes.values()];
}

function toVolume(row: VolumeRow): LogicalVolume {
  const state = row.lv_attr.charAt(4);
  return {
    name: withoutBrackets(row.lv_name),
    volumeGroup: row.vg_name,
    uuid: row.lv_uuid,
    deviceMapperPath: row.lv_dm_path,
    path: row.lv_path,
    sizeBytes: row.lv_size,
    segmentType: row.segtype,
    active: row.lv_active,
    open: row.lv_attr.charAt(5) === 'o',
    ...(row.origin === undefined ? {} : { origin: withoutBrackets(row.origin) }),
    ...(row.pool_lv === undefined ? {} : { pool: withoutBrackets(row.pool_lv) }),
    ...(row.data_percent === undefined ? {} : { dataPercent: row.data_percent }),
    // Two witnesses: the column, and the state character (I, or S when suspended).
    snapshotInvalid: row.lv_snapshot_invalid || state === 'I' || state === 'S',
    tags: row.lv_tags === '' ? [] : row.lv_tags.split(','),
  };
}

/**
 * The patterns of `global_filter="r|x|"` or `global_filter=["a|x|","r|.*|"]`.
 *
 * @throws `output-unexpected`.
 */
export function parseGlobalFilter(text: string): readonly string[] {
  const value = /^global_filter=(.+)$/.exec(text.trim())?.[1];
  const list = value?.startsWith('[') === true ? value : `[${value ?? ''}]`;
  // LVM's strings and lists are written as JSON's are.
  const parsed = z.array(z.string().min(3)).min(1).safeParse(parseOrUndefined(list));
  if (!parsed.success) throw unexpectedOutput('lvmconfig: no filter', text);
  return parsed.data;
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller reports the raw text.
    return undefined;
  }
}

/**
 * Health of a snapshot from its one line of `dmsetup status`:
 * `0 262144 snapshot 552/524288 16`, `0 262144 snapshot Invalid`, `0 262144 thin 10240 262143`.
 *
 * @throws `output-unexpected`.
 */
export function parseSnapshotStatus(text: string): SnapshotHealth {
  const [line = '', ...more] = linesOf(text);
  const [, target, state] = /^0 \d+ (\S+) (.+)$/.exec(line) ?? [];
  if (more.length > 0 || target === undefined || state === undefined) {
    throw unexpectedOutput('dmsetup status: not one line of a snapshot', text);
  }
  const health = target === 'snapshot' ? thickHealth(state) : thinHealth(target, state);
  if (health === undefined) throw unexpectedOutput('dmsetup status: not a snapshot', text);
  return health;
}

// The kernel's own words, dm-snap.c.
const lostStates = ['Invalid', 'Overflow', 'Merge failed', 'Unknown'];

function thickHealth(state: string): SnapshotHealth | undefined {
  if (lostStates.includes(state)) return { kind: 'invalid', status: state };
  const [, usedText = '', totalText = ''] = /^(\d+)\/(\d+) \d+$/.exec(state) ?? [];
  const used = parseCount(usedText);
  const total = parseCount(totalText);
  if (used === undefined || total === undefined || total === 0 || used > total) return undefined;
  return { kind: 'healthy', usedShare: used / total };
}

function thinHealth(target: string, state: string): SnapshotHealth | undefined {
  if (target !== 'thin') return undefined;
  if (state === 'Fail' || state === 'Error') return { kind: 'invalid', status: state };
  return /^\d+ (?:\d+|-)$/.test(state) ? { kind: 'unlimited' } : undefined;
}
