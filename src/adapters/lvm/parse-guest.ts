import { z } from 'zod';
import { parseCount } from '../shared/index.js';
import { attributes, count, filled, optional, readReport, uuid } from './report.js';

/** A physical volume of a guest, or what its VG remembers of one that is not there. */
export interface PhysicalVolumeRow {
  /** `undefined` when it is missing. */
  readonly device: string | undefined;
  readonly uuid: string;
  /** `undefined` for a PV that belongs to no volume group. */
  readonly group:
    | {
        readonly name: string;
        readonly uuid: string;
        readonly extentSizeBytes: number;
        readonly missingPhysicalVolumes: number;
      }
    | undefined;
  readonly sizeBytes: number;
  readonly deviceSizeBytes: number;
  readonly firstExtentBytes: number;
}

const physicalVolumeRow = z
  .object({
    pv_name: filled,
    pv_uuid: uuid,
    vg_name: optional,
    vg_uuid: z.union([uuid, z.literal('')]),
    pv_size: count,
    dev_size: count,
    pe_start: count,
    pv_missing: z.enum(['', 'missing']),
    vg_extent_size: count,
    vg_missing_pv_count: count,
  })
  .refine((row) => (row.vg_name === undefined) === (row.vg_uuid === ''), {
    error: 'a volume group without name or UUID',
  });

/** @throws `output-unexpected`. */
export function parsePhysicalVolumes(text: string): readonly PhysicalVolumeRow[] {
  return readReport('pv', text, physicalVolumeRow).map((row) => ({
    device: row.pv_missing === 'missing' ? undefined : row.pv_name,
    uuid: row.pv_uuid,
    group:
      row.vg_name === undefined
        ? undefined
        : {
            name: row.vg_name,
            uuid: row.vg_uuid,
            extentSizeBytes: row.vg_extent_size,
            missingPhysicalVolumes: row.vg_missing_pv_count,
          },
    sizeBytes: row.pv_size,
    deviceSizeBytes: row.dev_size,
    firstExtentBytes: row.pe_start,
  }));
}

/** `/dev/mapper/x:0-274`: extents of one device, both ends included. */
export interface ExtentRange {
  readonly device: string;
  readonly first: number;
  readonly last: number;
}

/** A segment of a guest's volume, as LVM prints it. */
export interface SegmentRow {
  readonly groupUuid: string;
  readonly volumeName: string;
  readonly volumeUuid: string;
  /** Role of the volume: `s` a COW snapshot, `O` an origin that is being merged into... */
  readonly volumeType: string;
  /** Internal to another volume: raid images, pool data... Printed in brackets. */
  readonly hidden: boolean;
  readonly volumeSizeBytes: number;
  readonly startBytes: number;
  readonly sizeBytes: number;
  readonly type: string;
  readonly stripes: number;
  readonly stripeSizeBytes: number;
  readonly ranges: readonly ExtentRange[];
  /** `/dev/mapper/x(0)`: the same areas, each with its first extent only. */
  readonly areas: readonly { readonly device: string; readonly firstExtent: number }[];
}

const segmentRow = z.object({
  vg_uuid: uuid,
  lv_name: filled,
  lv_uuid: uuid,
  lv_size: count,
  seg_start: count,
  seg_size: count,
  segtype: filled,
  stripes: count,
  stripe_size: count,
  seg_pe_ranges: listOf(' ', parseRange),
  devices: listOf(',', parseArea),
  lv_attr: attributes,
});

/** @throws `output-unexpected`. */
export function parseSegments(text: string): readonly SegmentRow[] {
  return readReport('seg', text, segmentRow).map((row) => ({
    groupUuid: row.vg_uuid,
    volumeName: row.lv_name,
    volumeUuid: row.lv_uuid,
    volumeType: row.lv_attr.charAt(0),
    hidden: row.lv_name.startsWith('['),
    volumeSizeBytes: row.lv_size,
    startBytes: row.seg_start,
    sizeBytes: row.seg_size,
    type: row.segtype,
    stripes: row.stripes,
    stripeSizeBytes: row.stripe_size,
    ranges: row.seg_pe_ranges,
    areas: row.devices,
  }));
}

function listOf<Item>(separator: string, parse: (text: string) => Item | undefined) {
  return z.string().transform((text, context) => {
    const items = text === '' ? [] : text.split(separator).map(parse);
    const known = items.filter((item) => item !== undefined);
    if (known.length === items.length) return known;
    context.addIssue({ code: 'custom', message: `not a list of areas: ${JSON.stringify(text)}` });
    return z.NEVER;
  });
}

function parseRange(text: string): ExtentRange | undefined {
  const [, device = '', firstText = '', lastText = ''] = /^(.+):(\d+)-(\d+)$/.exec(text) ?? [];
  const first = parseCount(firstText);
  const last = parseCount(lastText);
  if (device === '' || first === undefined || last === undefined || last < first) return undefined;
  return { device, first, last };
}

function parseArea(text: string) {
  const [, device = '', firstText = ''] = /^(.+)\((\d+)\)$/.exec(text) ?? [];
  const firstExtent = parseCount(firstText);
  return device === '' || firstExtent === undefined ? undefined : { device, firstExtent };
}
