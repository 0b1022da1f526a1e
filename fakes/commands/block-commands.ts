import { blkidCommands } from './blkid.js';
import { blockdevCommands } from './blockdev.js';
import { dmsetupCommands } from './dmsetup.js';
import { kpartxCommands } from './kpartx.js';
import { losetupCommands } from './losetup.js';
import { lsblkCommands } from './lsblk.js';
import { lvmCommands } from './lvm/lvm.js';
import { partedCommands } from './parted.js';
import { qemuCommands } from './qemu.js';
import type { CommandTable } from './types.js';
import { udevadmCommands } from './udevadm.js';

/** Every simulated tool that is about block devices. */
export const blockCommands: CommandTable = {
  ...lvmCommands,
  ...dmsetupCommands,
  ...kpartxCommands,
  ...partedCommands,
  ...blkidCommands,
  ...losetupCommands,
  ...qemuCommands,
  ...lsblkCommands,
  ...blockdevCommands,
  ...udevadmCommands,
};
