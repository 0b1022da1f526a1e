import type { Argv } from '../../ports/index.js';

/** How a tool is asked for its version, and where the answer has it. */
export interface VersionQuestion {
  readonly argv: Argv;
  /** Group 1 is the version. */
  readonly answer: RegExp;
}

const utilLinux = / from util-linux (\S+)/;

/**
 * Tools that tell their version. All others are reported as `present`: kpartx has no such option,
 * and of the standard tools no particular version is needed.
 */
export const versionQuestions: Readonly<Record<string, VersionQuestion>> = {
  virsh: { argv: ['virsh', '--version'], answer: /^(\d[\w.~+-]*)$/m },
  lvm: { argv: ['lvm', 'version'], answer: /^\s*LVM version:\s+(\S+)/m },
  parted: { argv: ['parted', '--version'], answer: /^parted \(GNU parted\) (\S+)/m },
  rsync: { argv: ['rsync', '--version'], answer: /^rsync\s+version v?(\S+)/m },
  blkid: { argv: ['blkid', '-V'], answer: utilLinux },
  mount: { argv: ['mount', '-V'], answer: utilLinux },
  flock: { argv: ['flock', '-V'], answer: utilLinux },
  // Exits with 1 where the kernel has no device-mapper, having printed the library's version.
  dmsetup: { argv: ['dmsetup', 'version'], answer: /^Library version:\s+(\S+)/m },
  udevadm: { argv: ['udevadm', '--version'], answer: /^(\d\S*)$/m },
};
