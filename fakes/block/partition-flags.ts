import type { TableEntry } from './types.js';

/** msdos types with a flag of their own in parted. */
const msdosFlags: Readonly<Record<string, string>> = {
  '0xf': 'lba',
  '0x0f': 'lba',
  '0xc': 'lba',
  '0x0c': 'lba',
  '0xe': 'lba',
  '0x82': 'swap',
  '0x8e': 'lvm',
  '0xfd': 'raid',
  '0xef': 'esp',
  '0x12': 'diag',
  '0x41': 'prep',
  '0xea': 'bls_boot',
};

/** GPT types with flags of their own in parted, in the order it prints them. */
const gptFlags: Readonly<Record<string, readonly string[]>> = {
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b': ['boot', 'esp'],
  '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f': ['swap'],
  'a19d880f-05fc-4d3b-a006-743f0f84911e': ['raid'],
  'e6d6d379-f507-44c2-a23c-238f2a3df928': ['lvm'],
  '21686148-6449-6e6f-744e-656564454649': ['bios_grub'],
  'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7': ['msftdata'],
  'e3c9e316-0b5c-4db8-817d-f92df00215ae': ['msftres'],
  '933ac7e1-2eb4-4f13-b844-0e14e2aef915': ['linux-home'],
  '9e1a2d38-c612-4316-aa26-8b49521e5a8b': ['prep'],
};

/** The flags parted shows for an entry, in its order. */
export function partitionFlags(label: 'msdos' | 'gpt', entry: TableEntry): readonly string[] {
  const type = entry.type.toLowerCase();
  if (label === 'gpt') {
    return [...(gptFlags[type] ?? []), ...(entry.bootable ? ['legacy_boot'] : [])];
  }
  const flag = msdosFlags[type];
  return [...(entry.bootable ? ['boot'] : []), ...(flag === undefined ? [] : [flag])];
}
