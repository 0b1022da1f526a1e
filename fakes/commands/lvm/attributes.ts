import type { VolumeState } from '../../lvm/state.js';
import type { LogicalVolumeMetadata } from '../../lvm/types.js';

/** The ten letters of lv_attr. */
export function volumeAttributes(volume: LogicalVolumeMetadata, state: VolumeState): string {
  return [
    kindLetter(volume, state),
    accessLetter(volume, state),
    'i',
    '-',
    activityLetter(state),
    state.isOpen ? 'o' : '-',
    targetLetter(volume, state),
    isThin(volume) ? 'z' : '-',
    state.isPartial ? 'p' : '-',
    volume.activationSkip ? 'k' : '-',
  ].join('');
}

function isThin({ role }: LogicalVolumeMetadata): boolean {
  return role.kind === 'thin' || role.kind === 'thin-pool';
}

function kindLetter(volume: LogicalVolumeMetadata, state: VolumeState): string {
  if (state.isOrigin) return 'o';
  switch (volume.role.kind) {
    case 'plain':
      return '-';
    case 'snapshot':
      return 's';
    case 'thin-pool':
      return 't';
    case 'thin':
      return 'V';
    case 'pool-data':
      return 'T';
    case 'pool-metadata':
    case 'pool-metadata-spare':
    case 'raid-metadata':
      return 'e';
    case 'raid-image':
      // Not in sync, as far as anybody can tell of an array that is not active.
      return 'I';
    case 'foreign':
      return volume.role.segmentType.startsWith('raid') ? 'r' : 'C';
  }
}

function accessLetter(volume: LogicalVolumeMetadata, state: VolumeState): string {
  if (volume.access === 'read-only') return 'r';
  return state.map?.readOnly === true ? 'R' : 'w';
}

function activityLetter(state: VolumeState): string {
  if (state.map === undefined) return '-';
  if (state.snapshot === 'invalid') return state.map.suspended ? 'S' : 'I';
  return state.map.suspended ? 's' : 'a';
}

function targetLetter(volume: LogicalVolumeMetadata, state: VolumeState): string {
  if (isThin(volume)) return 't';
  if (volume.role.kind === 'raid-image' || volume.role.kind === 'raid-metadata') return 'r';
  if (volume.role.kind === 'foreign') {
    return volume.role.segmentType.startsWith('raid') ? 'r' : 'C';
  }
  return volume.role.kind === 'snapshot' || state.isOrigin ? 's' : '-';
}
