import { XenBackupError } from '../../core/errors/index.js';
import { printable, requireOperand } from '../shared/index.js';

/**
 * A name of a volume group or volume, in LVM's own alphabet (lvm(8), "VALID NAMES").
 *
 * @throws `internal`.
 */
function requireVolumeName(what: string, value: string): string {
  requireOperand(what, value);
  if (!/^[A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,126}$/.test(value) || value === '.' || value === '..') {
    throw new XenBackupError('internal', {
      message: `${what} is no LVM name: ${printable(value)}`,
    });
  }
  return value;
}

/**
 * `VG/LV`, the one spelling that LVM never takes for a path or a group.
 *
 * @throws `internal`.
 */
export function volumeOperand(volumeGroup: string, volume: string): string {
  requireVolumeName('volume group', volumeGroup);
  return `${volumeGroup}/${requireVolumeName('volume', volume)}`;
}

/**
 * A tag in LVM's alphabet.
 *
 * @throws `internal`.
 */
export function requireTag(value: string): string {
  requireOperand('tag', value);
  if (!/^[A-Za-z0-9_+.\-/=!:&#]{1,1024}$/.test(value)) {
    throw new XenBackupError('internal', { message: `not an LVM tag: ${printable(value)}` });
  }
  return value;
}
