import { describe, expect, it } from 'vitest';
import {
  isSupportedFileSystem,
  mountOptions,
  sourceSide,
  supportedFileSystems,
  targetSide,
  untouchedTargetSide,
} from './options.js';

describe('mountOptions', () => {
  it('are these, for every type and side', () => {
    const sides = { sourceSide, targetSide, untouchedTargetSide };
    const table = supportedFileSystems.flatMap((type) =>
      Object.entries(sides).map(
        ([name, side]) => `${type} ${name}: ${mountOptions(type, side).join(',')}`,
      ),
    );
    expect(table).toEqual([
      'ext2 sourceSide: ro,nosuid,nodev,noexec',
      'ext2 targetSide: rw,nosuid,nodev,noexec,noatime',
      'ext2 untouchedTargetSide: ro,nosuid,nodev,noexec',
      'ext3 sourceSide: ro,nosuid,nodev,noexec',
      'ext3 targetSide: rw,nosuid,nodev,noexec,noatime',
      'ext3 untouchedTargetSide: ro,nosuid,nodev,noexec,noload',
      'ext4 sourceSide: ro,nosuid,nodev,noexec',
      'ext4 targetSide: rw,nosuid,nodev,noexec,noatime',
      'ext4 untouchedTargetSide: ro,nosuid,nodev,noexec,noload',
      'xfs sourceSide: ro,nosuid,nodev,noexec,nouuid',
      'xfs targetSide: rw,nosuid,nodev,noexec,noatime,nouuid',
      'xfs untouchedTargetSide: ro,nosuid,nodev,noexec,nouuid,norecovery',
      'btrfs sourceSide: ro,nosuid,nodev,noexec,subvolid=5',
      'btrfs targetSide: rw,nosuid,nodev,noexec,noatime,subvolid=5',
      'btrfs untouchedTargetSide: ro,nosuid,nodev,noexec,subvolid=5,rescue=nologreplay',
      'vfat sourceSide: ro,nosuid,nodev,noexec',
      'vfat targetSide: rw,nosuid,nodev,noexec,noatime',
      'vfat untouchedTargetSide: ro,nosuid,nodev,noexec',
    ]);
  });

  it('never write to a target that is only to be looked at: neither its maps nor its mounts', () => {
    expect(untouchedTargetSide).toMatchObject({ devices: 'read-only', mounts: 'read-only' });
  });

  it('knows what it can mount', () => {
    expect(['ext4', 'vfat'].every(isSupportedFileSystem)).toBe(true);
    expect(['ntfs', 'iso9660', 'EXT4', '', 'toString'].some(isSupportedFileSystem)).toBe(false);
  });
});
