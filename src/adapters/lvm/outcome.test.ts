import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import { meaningOfFailure, saysSettingIsUnset, saysVolumeIsAbsent } from './outcome.js';

function failure(stderr: string, exitCode = 5): CommandResult {
  return { argv: ['lvs'], exitCode, stdout: '', stderr, durationMs: 1 };
}

describe('what a failed LVM command means', () => {
  it.each([
    [
      '  Insufficient suitable allocatable extents for logical volume x: 3 more required\n',
      'volume-group-full',
    ],
    ['  Insufficient free space: 64 extents needed, but only 3 available\n', 'volume-group-full'],
    [
      '  Volume group "vg" has insufficient free space (3 extents): 64 required.\n',
      'volume-group-full',
    ],
    [
      '  Free space in pool vg/pool is above threshold, new volumes are not allowed.\n',
      'volume-group-full',
    ],
    ['  Logical volume vg/x contains a filesystem in use.\n', 'volume-busy'],
    ['  Logical volume vg/x in use.\n', 'volume-busy'],
    ['  Failed to find logical volume "vg/x"\n', 'volume-not-found'],
    ['  Volume group "vg" not found\n  Cannot process volume group vg\n', 'volume-not-found'],
  ])('is read from %j', (stderr, code) => {
    expect(meaningOfFailure(failure(stderr))).toBe(code);
  });

  it('is not read past a line that is not understood', () => {
    const stderr = '  Failed to find logical volume "vg/x"\n  Device /dev/sdb read error.\n';
    expect(meaningOfFailure(failure(stderr))).toBe('command-failed');
    expect(saysVolumeIsAbsent(failure(stderr))).toBe(false);
  });

  it('is not read from two meanings', () => {
    const stderr = '  Volume group "vg" not found\n  Logical volume vg/x in use.\n';
    expect(meaningOfFailure(failure(stderr))).toBe('command-failed');
  });

  it('is not read from silence, or from any other exit code', () => {
    expect(meaningOfFailure(failure(''))).toBe('command-failed');
    const stderr = '  Volume group "vg" not found\n';
    expect(meaningOfFailure(failure(stderr, 3))).toBe('command-failed');
    expect(saysVolumeIsAbsent(failure(stderr, 3))).toBe(false);
  });

  it('is not changed by warnings that are known to be harmless', () => {
    const stderr =
      '  Please remove the lvm.conf global_filter, it is ignored with the devices file.\n' +
      '  Failed to find logical volume "vg/x"\n';
    expect(meaningOfFailure(failure(stderr))).toBe('volume-not-found');
  });

  it('is an unset setting only by its own words and exit code', () => {
    const stderr = '  Configuration node devices/global_filter not found\n';
    expect(saysSettingIsUnset(failure(stderr))).toBe(true);
    expect(saysSettingIsUnset(failure(stderr, 127))).toBe(false);
    expect(saysSettingIsUnset(failure('  Parse error at byte 5\n'))).toBe(false);
  });
});
