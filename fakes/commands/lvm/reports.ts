import { isGiven, lastValue } from '../getopt.js';
import { type CommandOutcome, failed, notSimulated, type SimulatedCommand } from '../types.js';
import { fieldNamed } from './fields.js';
import { failureExit, invokeLvm, lines, type LvmInvocation, usageExit } from './invocation.js';
import { parseVolumeName } from './names.js';
import { type Column, printReport } from './print.js';
import { formatOf, reportOptions } from './report-options.js';
import { groupRows, physicalVolumeRows, type ReportRow, segmentRows, volumeRows } from './rows.js';
import { invalidPath, resolveGroup, volumeNotFound } from './resolve.js';
import { scanWarnings } from './warnings.js';

/** Rows of a report and what is wrong with the operands. */
interface Selection {
  readonly rows: readonly ReportRow[];
  readonly complaints: readonly string[];
}

interface ReportKind {
  readonly key: string;
  readonly defaultColumns: string;
  readonly select: (invocation: LvmInvocation) => Selection;
  readonly compare: (left: ReportRow, right: ReportRow) => number;
}

const volumes: ReportKind = {
  key: 'lv',
  defaultColumns:
    'lv_name,vg_name,lv_attr,lv_size,pool_lv,origin,data_percent,metadata_percent,move_pv,mirror_log,copy_percent,convert_lv',
  select: selectVolumes,
  compare: (left, right) => byGroup(left, right) || byVolume(left, right),
};

const segments: ReportKind = {
  ...volumes,
  key: 'seg',
  defaultColumns: 'lv_name,vg_name,lv_attr,stripes,segtype,seg_size',
};

const groups: ReportKind = {
  key: 'vg',
  defaultColumns: 'vg_name,pv_count,lv_count,snap_count,vg_attr,vg_size,vg_free',
  select: selectGroups,
  compare: byGroup,
};

const physicalVolumes: ReportKind = {
  key: 'pv',
  defaultColumns: 'pv_name,vg_name,pv_fmt,pv_attr,pv_size,pv_free',
  select: selectPhysicalVolumes,
  compare: (left, right) =>
    compareText(left.physicalVolume?.path ?? '', right.physicalVolume?.path ?? ''),
};

export const lvs: SimulatedCommand = (machine, argv) =>
  invokeLvm(machine, argv, reportOptions, (invocation) =>
    report(invocation, isGiven(invocation.options, 'segments') ? segments : volumes),
  );

export const vgs: SimulatedCommand = (machine, argv) =>
  invokeLvm(machine, argv, reportOptions, (invocation) => report(invocation, groups));

export const pvs: SimulatedCommand = (machine, argv) =>
  invokeLvm(machine, argv, reportOptions, (invocation) => report(invocation, physicalVolumes));

async function report(invocation: LvmInvocation, kind: ReportKind): Promise<CommandOutcome> {
  const { tool, options, argv } = invocation;
  const format = formatOf(tool, options);
  if (format.kind === 'error') return failed(usageExit, format.text);
  const names = columnNames(lastValue(options, 'options'), kind.defaultColumns);
  const columns = names.map((name) => ({ name, field: fieldNamed(name) }));
  if (!columns.every(isKnown)) return notSimulated(argv);
  const { rows, complaints } = kind.select(invocation);
  const wanted = rowsFor(rows, columns, kind);
  const stdout = printReport(kind.key, columns, [...wanted].sort(kind.compare), format.format);
  const stderr = lines([...scanWarnings(invocation.scan), ...complaints]);
  return { exitCode: complaints.length === 0 ? 0 : failureExit, stdout, stderr };
}

function columnNames(given: string | undefined, defaults: string): readonly string[] {
  const text = given?.startsWith('+') === true ? `${defaults},${given.slice(1)}` : given;
  return (text ?? defaults).split(',').filter((name) => name !== '');
}

function isKnown(column: { name: string; field: Column['field'] | undefined }): column is Column {
  return column.field !== undefined;
}

/** A column about segments multiplies the lines of volumes that have several. */
function rowsFor(
  rows: readonly ReportRow[],
  columns: readonly Column[],
  kind: ReportKind,
): readonly ReportRow[] {
  const bySegment = kind.key === 'seg' || columns.some(({ field }) => field.about === 'segment');
  return bySegment ? segmentRows(rows) : rows;
}

function selectVolumes({ machine, operands, options, scan }: LvmInvocation): Selection {
  const hidden = isGiven(options, 'all') ? 'shown' : 'left-out';
  if (operands.length === 0) {
    return {
      rows: scan.groups.flatMap((group) => volumeRows(machine, group, hidden)),
      complaints: [],
    };
  }
  const rows: ReportRow[] = [];
  const complaints: string[] = [];
  for (const operand of operands) {
    const name = parseVolumeName(machine, operand);
    if (name === undefined) {
      complaints.push(invalidPath(operand));
      continue;
    }
    const group = resolveGroup(scan, name.group);
    if (group.kind === 'missing') {
      complaints.push(...group.complaints);
      continue;
    }
    // A volume that is named is shown, hidden or not.
    const all = volumeRows(machine, group.value, name.volume === undefined ? hidden : 'shown');
    const found = all.filter(
      ({ volume }) => name.volume === undefined || volume?.name === name.volume,
    );
    rows.push(...found);
    if (found.length === 0 && name.volume !== undefined) {
      complaints.push(volumeNotFound(name.group, name.volume));
    }
  }
  return { rows, complaints };
}

function selectGroups({ scan, operands }: LvmInvocation): Selection {
  if (operands.length === 0) return { rows: groupRows(scan), complaints: [] };
  const resolved = operands.map((name) => resolveGroup(scan, name));
  return {
    rows: resolved.flatMap((group) => (group.kind === 'found' ? [{ group: group.value }] : [])),
    complaints: resolved.flatMap((group) => (group.kind === 'missing' ? group.complaints : [])),
  };
}

function selectPhysicalVolumes({ scan, operands }: LvmInvocation): Selection {
  const all = physicalVolumeRows(scan);
  if (operands.length === 0) return { rows: all, complaints: [] };
  const paths = all.map(({ physicalVolume }) => physicalVolume?.path ?? '');
  return {
    rows: all.filter(({ physicalVolume }) => operands.includes(physicalVolume?.path ?? '')),
    complaints: operands
      .filter((operand) => !paths.includes(operand))
      .map((operand) => `Failed to find physical volume "${operand}".`),
  };
}

function byGroup(left: ReportRow, right: ReportRow): number {
  return compareText(left.group?.metadata.name ?? '', right.group?.metadata.name ?? '');
}

function byVolume(left: ReportRow, right: ReportRow): number {
  return compareText(left.volume?.name ?? '', right.volume?.name ?? '');
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
