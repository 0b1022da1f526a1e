import { expect } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import { codeOf, describeRecordings, readRecording } from '../shared/recordings.contract.js';
import { assembleGroups } from './guest-groups.js';
import {
  harmlessWarnings,
  meaningOfFailure,
  saysSettingIsUnset,
  saysVolumeIsAbsent,
} from './outcome.js';
import { parseGlobalFilter, parseLogicalVolumes, parseVolumeGroups } from './parse.js';
import { parsePhysicalVolumes, parseSegments } from './parse-guest.js';

/** The recordings were made before tags were asked for; everything else stays as recorded. */
function volumesOf(recording: CommandResult) {
  return parseLogicalVolumes(recording.stdout.replaceAll('"segtype":', '"lv_tags":"", "segtype":'));
}

function volume(recording: CommandResult, name: string) {
  return volumesOf(recording).find((candidate) => candidate.name === name);
}

/** The machine without device-mapper says so before the line that matters. */
function meaningWithoutDeviceMapper(recording: CommandResult) {
  const stderr = recording.stderr
    .split('\n')
    .filter((line) => !line.includes('Activation disabled'))
    .join('\n');
  return meaningOfFailure({ ...recording, stderr });
}

function refusedByEveryParser(recording: CommandResult) {
  const parsers = [parseVolumeGroups, parseLogicalVolumes, parsePhysicalVolumes, parseSegments];
  for (const parse of parsers) {
    expect(codeOf(() => parse(recording.stdout))).toBe('output-unexpected');
  }
}

function fails(code: string) {
  return (recording: CommandResult) => {
    expect(meaningOfFailure(recording)).toBe(code);
  };
}

function succeeds(text: string) {
  return (recording: CommandResult) => {
    expect(recording.exitCode).toBe(0);
    expect(recording.stdout).toContain(text);
    refusedByEveryParser(recording);
  };
}

describeRecordings('lvm', {
  'xen/dmeventd': (recording) => {
    // dmeventd runs by default: the reason for --monitor n.
    expect(recording.stdout).toContain('dmeventd');
    refusedByEveryParser(recording);
  },
  'xen/lvchange-thin-activate': (recording) => {
    expect(recording).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  },
  'xen/lvcreate-snapshot': succeeds('created'),
  'xen/lvcreate-thin-snapshot': succeeds('created'),
  // Exit 0, and smaller than asked for: why a snapshot is read back.
  'xen/lvcreate-snapshot-nospace': succeeds('down to maximum usable size'),
  'xen/lvcreate-snapshot-exists': fails('volume-exists'),
  'xen/lvcreate-snapshot-noorigin': fails('volume-not-found'),
  'xen/lvremove': succeeds('successfully removed'),
  'xen/lvremove-busy': fails('volume-busy'),
  'xen/lvremove-missing': fails('volume-not-found'),
  'xen/vgchange-an-busy': (recording) => {
    // Two meanings in one text, one of them unknown: the raw text stands.
    expect(meaningOfFailure(recording)).toBe('command-failed');
  },
  'xen/vgchange-an': succeeds('now active'),
  'xen/vgchange-ay': succeeds('now active'),
  'xen/lvs-human': refusedByEveryParser,
  'xen/pvscan': refusedByEveryParser,
  'xen/lvs-missing': (recording) => {
    expect(saysVolumeIsAbsent(recording)).toBe(true);
  },
  'xen/lvs-json': (recording) => {
    expect(volumesOf(recording)).toEqual([
      {
        name: 'LogVolDc1',
        volumeGroup: 'VolGroupXX',
        uuid: 'ZUVR9c-aV59-rsDY-3WTv-EIyA-1ZZl-miIM9T',
        deviceMapperPath: '/dev/mapper/VolGroupXX-LogVolDc1',
        path: '/dev/VolGroupXX/LogVolDc1',
        sizeBytes: 1_572_864_000,
        segmentType: 'linear',
        active: true,
        open: true,
        snapshotInvalid: false,
        tags: [],
      },
    ]);
    // Without the tags a volume could not be proven ours: the column must be there.
    expect(codeOf(() => parseLogicalVolumes(recording.stdout))).toBe('output-unexpected');
  },
  'xen/lvs-json-with-snapshot': (recording) => {
    expect(volume(recording, 'LogVolDc1-4242')).toMatchObject({
      origin: 'LogVolDc1',
      dataPercent: 0.06,
      deviceMapperPath: '/dev/mapper/VolGroupXX-LogVolDc1--4242',
      open: false,
      snapshotInvalid: false,
    });
    expect(volumesOf(recording)).toHaveLength(3);
  },
  'xen/lvs-json-snapshot-fresh': (recording) => {
    expect(volume(recording, 'ovf-snap')).toMatchObject({
      snapshotInvalid: false,
      dataPercent: 0.15,
    });
  },
  'xen/lvs-json-snapshot-overflow': (recording) => {
    expect(volume(recording, 'ovf-snap')).toMatchObject({
      snapshotInvalid: true,
      dataPercent: 100,
      active: true,
    });
    expect(volume(recording, 'ovf')).toMatchObject({ snapshotInvalid: false });
  },
  'xen/lvs-json-thin': (recording) => {
    expect(volume(recording, 'thin1-snap')).toMatchObject({
      origin: 'thin1',
      pool: 'tpool',
      segmentType: 'thin',
      active: false,
    });
    // Hidden volumes lose their brackets and have no path.
    expect(volume(recording, 'tpool_tdata')).toMatchObject({ path: '', segmentType: 'linear' });
  },
  'xen/lvs-json-thin-active': (recording) => {
    expect(volume(recording, 'thin1-snap')).toMatchObject({ active: true, dataPercent: 3.76 });
    expect(volume(recording, 'tpool')).toMatchObject({ segmentType: 'thin-pool', path: '' });
  },
  'xen/lvs-json-guest': (recording) => {
    // Plain lvs on a host also lists the volumes of a guest whose maps are open.
    expect(volumesOf(recording).map(({ volumeGroup }) => volumeGroup)).toContain('VolGroup00');
  },
  'xen/lvs-json-final': (recording) => {
    expect(volumesOf(recording).map(({ name }) => name)).toEqual(['LogVolDc1', 'toolarge']);
  },
  'xen/vgs-json': (recording) => {
    expect(parseVolumeGroups(recording.stdout)).toEqual([
      {
        name: 'VolGroupXX',
        uuid: 'CEvpkh-o0c5-m8nL-1OLD-sPFU-lc06-QabkvD',
        sizeBytes: 4_290_772_992,
        freeBytes: 2_717_908_992,
        extentSizeBytes: 4_194_304,
      },
    ]);
  },
  'xen/vgs-json-guest': (recording) => {
    expect(parseVolumeGroups(recording.stdout).map(({ name }) => name)).toEqual([
      'VolGroup00',
      'VolGroupXX',
    ]);
  },
  // Reports without the first extent's place: nothing could be mapped from them.
  'xen/pvs-json': refusedByEveryParser,
  'xen/pvs-json-guest-pv': refusedByEveryParser,
  'xen/pvs-whole-disk-pv-default-scan': (recording) => {
    // A PV directly on a host's volume is not seen by default: why scan_lvs=1 is set.
    expect(recording.stdout).not.toContain('raw-pv');
    refusedByEveryParser(recording);
  },
  'xen/pvs-whole-disk-pv-scan-lvs': (recording) => {
    expect(recording.stdout).toContain('raw-pv');
    refusedByEveryParser(recording);
  },
  'loop/guest-pvs': (recording) => {
    const [first, , third] = parsePhysicalVolumes(recording.stdout);
    expect(first).toEqual({
      device: '/dev/loop0',
      uuid: '0lv3w5-3sm8-QI5B-2E7N-xg21-QbbK-H8MPyv',
      group: {
        name: 'VolGroup00',
        uuid: 's2XdCI-GHh9-TbUP-i5hp-OUTA-A17F-i7XTxV',
        extentSizeBytes: 4_194_304,
        missingPhysicalVolumes: 0,
      },
      sizeBytes: 62_914_560,
      deviceSizeBytes: 67_108_864,
      firstExtentBytes: 1_048_576,
    });
    expect(third).toMatchObject({ device: '/dev/loop2', group: undefined });
  },
  'loop/guest-segments': (recording) => {
    const rows = parsePhysicalVolumes(readRecording('lvm', 'loop/guest-pvs').stdout);
    const devices = ['/dev/loop0', '/dev/loop1', '/dev/loop2'];
    const [group, ...others] = assembleGroups(devices, rows, parseSegments(recording.stdout));
    expect(others).toEqual([]);
    const segments = group?.logicalVolumes.map(({ name, segments: list }) => [
      name,
      ...list.map(
        ({ type, areas }) =>
          `${type} ${areas.map((a) => `${a.device}:${a.firstExtent}`).join(' ')}`,
      ),
    ]);
    expect(segments).toEqual([
      ['base', 'linear /dev/loop1:2'],
      ['cowstore', 'snapshot '],
      ['lin', 'linear /dev/loop0:0', 'linear /dev/loop0:8'],
      ['rd', 'raid1 '],
      ['str', 'striped /dev/loop0:5 /dev/loop1:0'],
      ['thin1', 'thin '],
      ['tpool', 'thin-pool '],
      ['web-01.disk2', 'linear /dev/loop0:7'],
    ]);
  },
  'loop/guest-pvs-one-missing': (recording) => {
    const [present, missing] = parsePhysicalVolumes(recording.stdout);
    expect(present?.group?.missingPhysicalVolumes).toBe(1);
    expect(missing).toMatchObject({ device: undefined, deviceSizeBytes: 0 });
    const warnings = recording.stderr.trim().split('\n');
    for (const line of warnings) {
      expect(harmlessWarnings.some((pattern) => pattern.test(line.trim()))).toBe(true);
    }
  },
  'loop/guest-segments-one-missing': (recording) => {
    const pvs = readRecording('lvm', 'loop/guest-pvs-one-missing');
    const [group] = assembleGroups(
      ['/dev/loop0'],
      parsePhysicalVolumes(pvs.stdout),
      parseSegments(recording.stdout),
    );
    expect(group?.missingPhysicalVolumes).toBe(1);
    const striped = group?.logicalVolumes.find(({ name }) => name === 'str');
    expect(striped?.segments).toMatchObject([{ type: 'partial', areas: [] }]);
  },
  'loop/guest-pvs-no-group': (recording) => {
    expect(assembleGroups(['/dev/loop2'], parsePhysicalVolumes(recording.stdout), [])).toEqual([]);
  },
  'loop/guest-segments-no-group': (recording) => {
    expect(parseSegments(recording.stdout)).toEqual([]);
  },
  'loop/guest-pvs-duplicate': (recording) => {
    // LVM silently picks one of two equal PVs; only stderr says so, and that is no harmless line.
    const [line = ''] = recording.stderr.trim().split('\n');
    expect(line).toContain('Not using device');
    expect(harmlessWarnings.some((pattern) => pattern.test(line.trim()))).toBe(false);
    const devices = recording.argv.join(' ').match(/\/dev\/loop\d/g) ?? [];
    const rows = parsePhysicalVolumes(recording.stdout);
    expect(codeOf(() => assembleGroups(devices, rows, []))).toBe('output-unexpected');
  },
  'loop/guest-pvs-device-too-small': (recording) => {
    const rows = parsePhysicalVolumes(recording.stdout);
    const devices = rows.flatMap(({ device }) => device ?? []);
    expect(codeOf(() => assembleGroups(devices, rows, []))).toBe('output-unexpected');
  },
  'loop/lvmconfig-unset': (recording) => {
    expect(saysSettingIsUnset(recording)).toBe(true);
  },
  'loop/lvmconfig-one': (recording) => {
    expect(parseGlobalFilter(recording.stdout)).toEqual(['r|^/dev/drbd|']);
  },
  'loop/lvmconfig-two': (recording) => {
    expect(parseGlobalFilter(recording.stdout)).toEqual(['a|^/dev/sd[a-z]$|', 'r|."x\\.|']);
  },
  'loop/lvs-invalid-path': (recording) => {
    expect(saysVolumeIsAbsent(recording)).toBe(true);
  },
  'loop/lvs-no-such-group': (recording) => {
    expect(saysVolumeIsAbsent(recording)).toBe(true);
  },
  'loop/lvs-no-such-volume': (recording) => {
    expect(saysVolumeIsAbsent(recording)).toBe(true);
  },
  'loop/lvcreate-no-such-group': (recording) => {
    expect(meaningWithoutDeviceMapper(recording)).toBe('volume-not-found');
    // One line that is not understood, and nothing is concluded.
    expect(meaningOfFailure(recording)).toBe('command-failed');
  },
  'loop/lvcreate-no-such-origin': (recording) => {
    expect(meaningWithoutDeviceMapper(recording)).toBe('volume-not-found');
  },
  'loop/lvcreate-exists': (recording) => {
    expect(meaningWithoutDeviceMapper(recording)).toBe('volume-exists');
  },
  'loop/lvcreate-volume-group-full': (recording) => {
    expect(meaningWithoutDeviceMapper(recording)).toBe('volume-group-full');
  },
  'loop/lvremove-no-such-group': (recording) => {
    expect(meaningWithoutDeviceMapper(recording)).toBe('volume-not-found');
  },
});
