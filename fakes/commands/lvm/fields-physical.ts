import { sectorBytes } from '../../block/types.js';
import { fieldMaker, type ReportField } from './field.js';
import type { ReportPhysicalVolume, ReportRow } from './rows.js';

interface Subject {
  readonly physicalVolume: ReportPhysicalVolume;
  readonly extentSectors: number;
}

function subjectOf({ physicalVolume, group }: ReportRow): Subject | undefined {
  if (physicalVolume === undefined) return undefined;
  return { physicalVolume, extentSectors: group?.metadata.extentSectors ?? 0 };
}

const make = fieldMaker<Subject>('physical-volume', subjectOf);

function deviceBytes({ physicalVolume }: Subject): number {
  return (physicalVolume.present?.deviceSectors ?? 0) * sectorBytes;
}

/** Of whole extents in a group; of the device outside of any. */
function sizeBytes(subject: Subject): number {
  const { member, present } = subject.physicalVolume;
  if (member !== undefined) return member.extentCount * subject.extentSectors * sectorBytes;
  return (present?.content.deviceSectors ?? 0) * sectorBytes;
}

function freeBytes(subject: Subject): number {
  const { member, freeExtents } = subject.physicalVolume;
  if (member === undefined) return sizeBytes(subject);
  return freeExtents * subject.extentSectors * sectorBytes;
}

function attributes({ physicalVolume }: Subject): string {
  const { member, present } = physicalVolume;
  return `${member === undefined ? '-' : 'a'}-${present === undefined ? 'm' : '-'}`;
}

/** Columns about physical volumes. */
export const physicalVolumeFields: Readonly<Record<string, ReportField>> = {
  pv_name: make.text('PV', ({ physicalVolume }) => physicalVolume.path, 10),
  pv_uuid: make.text('PV UUID', ({ physicalVolume }) => physicalVolume.uuid, 38),
  pv_fmt: make.text('Fmt', () => 'lvm2'),
  pv_attr: make.text('Attr', attributes),
  pv_size: make.bytes('PSize', sizeBytes),
  pv_free: make.bytes('PFree', freeBytes),
  pv_used: make.bytes('Used', (subject) => sizeBytes(subject) - freeBytes(subject)),
  dev_size: make.bytes('DevSize', deviceBytes),
  pe_start: make.bytes('1st PE', ({ physicalVolume }) => {
    const { member, present } = physicalVolume;
    return (member?.extentsStart ?? present?.content.extentsStart ?? 0) * sectorBytes;
  }),
  pv_missing: make.text('Missing', ({ physicalVolume }) =>
    physicalVolume.present === undefined ? 'missing' : '',
  ),
  pv_pe_count: make.number('PE', ({ physicalVolume }) => physicalVolume.member?.extentCount ?? 0),
};
