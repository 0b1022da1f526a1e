import { findVolume } from '../../lvm/lookup.js';
import type { ScannedGroup } from '../../lvm/scan.js';

/** Names LVM refuses, in its words. */
export function objectionTo(name: string): string | undefined {
  const isValid = /^[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/.test(name) && name.length < 128;
  if (!isValid) return `Logical volume name "${name}" is invalid.`;
  const reserved = ['snapshot', 'pvmove'].find((prefix) => name.startsWith(prefix));
  return reserved === undefined
    ? undefined
    : `Names starting "${reserved}" are reserved. Please choose a different LV name.`;
}

/** The name LVM gives when none is asked for. */
export function freeName(group: ScannedGroup): string {
  let index = 0;
  while (findVolume(group.metadata, `lvol${index}`) !== undefined) index += 1;
  return `lvol${index}`;
}
