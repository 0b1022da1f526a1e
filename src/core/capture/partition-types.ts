import type { PartitionEntry } from '../model/index.js';

/** What parted's flags stand for. parted prints flags only, never the type itself. */
const msdosTypes: Readonly<Record<string, string>> = {
  lba: '0xc',
  swap: '0x82',
  lvm: '0x8e',
  raid: '0xfd',
  esp: '0xef',
  diag: '0x12',
  prep: '0x41',
  bls_boot: '0xea',
};

const gptTypes: Readonly<Record<string, string>> = {
  esp: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  swap: '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f',
  raid: 'a19d880f-05fc-4d3b-a006-743f0f84911e',
  lvm: 'e6d6d379-f507-44c2-a23c-238f2a3df928',
  bios_grub: '21686148-6449-6e6f-744e-656564454649',
  msftdata: 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7',
  msftres: 'e3c9e316-0b5c-4db8-817d-f92df00215ae',
  'linux-home': '933ac7e1-2eb4-4f13-b844-0e14e2aef915',
  prep: '9e1a2d38-c612-4316-aa26-8b49521e5a8b',
};

const linuxData = '0fc63daf-8483-4772-8e79-3d69d8477de4';

/** A type under which parted shows the same flags; plain Linux data where none is known. */
export function partitionType(label: 'msdos' | 'gpt', entry: PartitionEntry): string {
  const { flags, kind } = entry;
  if (label === 'msdos' && kind === 'extended') return flags.includes('lba') ? '0xf' : '0x5';
  const types = label === 'gpt' ? gptTypes : msdosTypes;
  const known = flags.map((flag) => types[flag]).find((type) => type !== undefined);
  return known ?? (label === 'gpt' ? linuxData : '0x83');
}

/** Marked as the one to boot from: `boot` on msdos, `legacy_boot` on GPT. */
export function isBootable(label: 'msdos' | 'gpt', { flags }: PartitionEntry): boolean {
  return flags.includes(label === 'gpt' ? 'legacy_boot' : 'boot');
}
