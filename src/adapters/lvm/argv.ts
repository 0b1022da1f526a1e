import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, SnapshotRequest } from '../../ports/index.js';
import { requireOperand, requirePath } from '../shared/index.js';
import { guestDevices } from './device-filters.js';
import { requireTag, volumeOperand } from './names.js';

/** LVM's machine format: JSON, sizes in bytes without a suffix, columns named by us. */
const report = ['--reportformat', 'json', '--units', 'b', '--nosuffix'] as const;

const volumeColumns =
  'lv_name,vg_name,lv_uuid,lv_path,lv_dm_path,lv_attr,lv_size,origin,pool_lv,data_percent,' +
  'lv_snapshot_invalid,lv_active,segtype,lv_tags';

// lv_attr tells a guest's own snapshots apart: their segments look like any linear volume's.
const segmentColumns =
  'vg_name,vg_uuid,lv_name,lv_uuid,lv_size,seg_start,seg_size,segtype,stripes,stripe_size,' +
  'seg_pe_ranges,devices,lv_attr';

/** Asks for the host's own `global_filter`. */
export function globalFilterArgv(): Argv {
  return ['lvmconfig', 'devices/global_filter'];
}

/** @param config - see `hostDevices` */
export function volumeGroupsArgv(config: string): Argv {
  const columns = 'vg_name,vg_uuid,vg_size,vg_free,vg_extent_size';
  return ['vgs', ...withConfig(config), ...report, '-o', columns];
}

/** @param place - `VG/LV` or a path; all volumes without it, hidden ones too */
export function volumesArgv(config: string, place?: string): Argv {
  const argv: Argv = ['lvs', ...withConfig(config), ...report, '-a', '-o', volumeColumns];
  return place === undefined ? argv : [...argv, requireOperand('volume', place)];
}

/**
 * Creates a snapshot that dmeventd leaves alone: with `--monitor y`, the default, it unmounts an
 * overflowing snapshot by itself, and what was mounted lists empty without an error.
 *
 * @throws `internal` without tags, for names outside LVM's alphabet, or for a size of 0.
 */
export function createSnapshotArgv(config: string, request: SnapshotRequest): Argv {
  const { volumeGroup, origin, name, storage, tags } = request;
  requireTags(tags);
  const target = volumeOperand(volumeGroup, name).slice(volumeGroup.length + 1);
  return [
    'lvcreate',
    ...withConfig(config),
    '--snapshot',
    '--yes',
    ...['--monitor', 'n'],
    ...['--name', target],
    ...tags.flatMap((tag) => ['--addtag', requireTag(tag)]),
    // A size makes a thick snapshot, of a thin volume too; without one LVM makes a thin one.
    ...(storage.kind === 'thick' ? ['--size', sizeArgument(storage.sizeBytes)] : []),
    volumeOperand(volumeGroup, origin),
  ];
}

/** Activates a thin snapshot, which LVM marks to be skipped by every other activation. */
export function activateThinArgv(config: string, volumeGroup: string, name: string): Argv {
  return ['lvchange', ...withConfig(config), '-ay', '-K', volumeOperand(volumeGroup, name)];
}

export function removeVolumeArgv(config: string, volumeGroup: string, name: string): Argv {
  return ['lvremove', ...withConfig(config), '--yes', volumeOperand(volumeGroup, name)];
}

export function snapshotStatusArgv(deviceMapperName: string): Argv {
  return ['dmsetup', 'status', requireOperand('map name', deviceMapperName)];
}

/**
 * State of several maps. Without `--noflush` a question about a thin pool commits its metadata:
 * watching would write.
 */
export function mapStatesArgv(deviceMapperNames: readonly string[]): Argv {
  const names = deviceMapperNames.map((name) => requireOperand('map name', name));
  return ['dmsetup', 'status', '--noflush', ...names];
}

/**
 * Makes a snapshot larger. Whatever LVM resumes it hands to dmeventd, which would unmount the
 * snapshot when it overflows, unless monitoring is off for this command (lvextend knows no
 * `--monitor`).
 */
export function extendSnapshotArgv(
  config: string,
  volumeGroup: string,
  name: string,
  sizeBytes: number,
): Argv {
  const settings = `${config} activation{monitoring=0}`;
  return [
    'lvextend',
    ...withConfig(settings),
    ...['--size', sizeArgument(sizeBytes)],
    volumeOperand(volumeGroup, name),
  ];
}

/** Physical volumes on exactly these devices. */
export function guestPhysicalVolumesArgv(devices: readonly string[]): Argv {
  const columns =
    'pv_name,pv_uuid,vg_name,vg_uuid,pv_size,dev_size,pe_start,pv_missing,vg_extent_size,' +
    'vg_missing_pv_count';
  return ['pvs', ...report, ...withConfig(guestDevices(devices)), '-o', columns];
}

/** Segments of all volumes on exactly these devices. */
export function guestSegmentsArgv(devices: readonly string[]): Argv {
  return [
    'lvs',
    ...report,
    ...withConfig(guestDevices(devices)),
    '--segments',
    '-a',
    '-o',
    segmentColumns,
  ];
}

/** @throws `internal` for a path that LVM could take for an option or a group of ours. */
export function requireVolumePath(path: string): string {
  return requirePath('volume path', path);
}

function withConfig(config: string): readonly string[] {
  return ['--config', requireOperand('LVM configuration', config)];
}

function requireTags(tags: readonly string[]): void {
  if (tags.length > 0) return;
  throw new XenBackupError('internal', {
    message: 'a snapshot without a tag could never be proven ours',
  });
}

function sizeArgument(bytes: number): string {
  if (!Number.isSafeInteger(bytes) || bytes <= 0) {
    throw new XenBackupError('internal', {
      message: `not a size of a snapshot: ${String(bytes)}`,
    });
  }
  return `${String(bytes)}b`;
}
