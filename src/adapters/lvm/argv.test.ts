import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../shared/recordings.contract.js';
import * as argv from './argv.js';
import { guestDevices, hostDevices } from './device-filters.js';

const config = hostDevices();
const volumeColumns =
  'lv_name,vg_name,lv_uuid,lv_path,lv_dm_path,lv_attr,lv_size,origin,pool_lv,data_percent,lv_snapshot_invalid,lv_active,segtype,lv_tags';
const report = ['--reportformat', 'json', '--units', 'b', '--nosuffix'];
const snapshot = {
  volumeGroup: 'VolGroupXX',
  origin: 'LogVolDc1',
  name: 'xen-backup-abcdefghij-1',
  storage: { kind: 'thick', sizeBytes: 314_572_800 },
  tags: ['xen-backup', 'xen-backup-run-abcdefghij'],
} as const;

describe('the LVM command lines', () => {
  it('make a snapshot larger without handing it to dmeventd, which would unmount it', () => {
    const { volumeGroup, name } = snapshot;
    expect(argv.extendSnapshotArgv(config, volumeGroup, name, 629_145_600)).toEqual([
      'lvextend',
      '--config',
      `${config} activation{monitoring=0}`,
      '--size',
      '629145600b',
      'VolGroupXX/xen-backup-abcdefghij-1',
    ]);
  });

  it('ask for the state of maps without committing a pool’s metadata', () => {
    expect(argv.mapStatesArgv(['vg-a', 'vg-b-tpool'])).toEqual([
      ...['dmsetup', 'status', '--noflush', 'vg-a', 'vg-b-tpool'],
    ]);
    expect(() => argv.mapStatesArgv(['--force'])).toThrow();
  });

  it('reject our own maps on the host, before the host’s own filter', () => {
    expect(hostDevices()).toBe('devices{global_filter=["r|^/dev/mapper/xen-backup-.*|"]}');
    expect(hostDevices(['a|^/dev/sd.*|', 'r|"\\.|'])).toBe(
      'devices{global_filter=["r|^/dev/mapper/xen-backup-.*|","a|^/dev/sd.*|","r|\\"\\\\.|"]}',
    );
  });

  it('accept exactly the devices of one guest, each anchored at both ends', () => {
    expect(guestDevices(['/dev/mapper/xen-backup-abcdefghij-1p2', '/dev/x.y'])).toBe(
      'devices{filter=["a|^/dev/mapper/xen-backup-abcdefghij-1p2$|","a|^/dev/x[.]y$|","r|.*|"] ' +
        'global_filter=["a|.*|"] use_devicesfile=0 scan_lvs=1}',
    );
  });

  it('ask for the inventory with named columns', () => {
    expect(argv.volumeGroupsArgv(config)).toEqual([
      ...['vgs', '--config', config, ...report],
      ...['-o', 'vg_name,vg_uuid,vg_size,vg_free,vg_extent_size'],
    ]);
    expect(argv.volumesArgv(config)).toEqual([
      ...['lvs', '--config', config, ...report, '-a', '-o', volumeColumns],
    ]);
    expect(argv.volumesArgv(config, 'VolGroupXX/a')).toEqual([
      ...['lvs', '--config', config, ...report, '-a', '-o', volumeColumns, 'VolGroupXX/a'],
    ]);
  });

  it('create a thick snapshot with a size, unmonitored and tagged', () => {
    expect(argv.createSnapshotArgv(config, snapshot)).toEqual([
      ...['lvcreate', '--config', config, '--snapshot', '--yes', '--monitor', 'n'],
      ...['--name', 'xen-backup-abcdefghij-1'],
      ...['--addtag', 'xen-backup', '--addtag', 'xen-backup-run-abcdefghij'],
      ...['--size', '314572800b', 'VolGroupXX/LogVolDc1'],
    ]);
  });

  it('create a thin snapshot without a size, and activate it against its skip flag', () => {
    const thin = { ...snapshot, storage: { kind: 'thin' } } as const;
    expect(argv.createSnapshotArgv(config, thin)).not.toContain('--size');
    expect(argv.activateThinArgv(config, 'VolGroupXX', 'x')).toEqual([
      ...['lvchange', '--config', config, '-ay', '-K', 'VolGroupXX/x'],
    ]);
  });

  it('remove one volume by its full name', () => {
    expect(argv.removeVolumeArgv(config, 'VolGroupXX', 'x')).toEqual([
      ...['lvremove', '--config', config, '--yes', 'VolGroupXX/x'],
    ]);
    expect(argv.snapshotStatusArgv('VolGroupXX-x')).toEqual(['dmsetup', 'status', 'VolGroupXX-x']);
    expect(argv.globalFilterArgv()).toEqual(['lvmconfig', 'devices/global_filter']);
  });

  it('read a guest’s groups from its devices alone', () => {
    const devices = ['/dev/mapper/xen-backup-abcdefghij-1p2'];
    const filter = ['--config', guestDevices(devices)];
    expect(argv.guestPhysicalVolumesArgv(devices)).toEqual([
      ...['pvs', ...report, ...filter, '-o'],
      'pv_name,pv_uuid,vg_name,vg_uuid,pv_size,dev_size,pe_start,pv_missing,vg_extent_size,vg_missing_pv_count',
    ]);
    expect(argv.guestSegmentsArgv(devices)).toEqual([
      ...['lvs', ...report, ...filter, '--segments', '-a', '-o'],
      'vg_name,vg_uuid,lv_name,lv_uuid,lv_size,seg_start,seg_size,segtype,stripes,stripe_size,seg_pe_ranges,devices,lv_attr',
    ]);
  });

  it.each(['', '-rf', '--all', '.', '..', 'a b', 'a/b', 'a\0', 'é', 'a'.repeat(128)])(
    'never pass %j on as a name',
    (name) => {
      const builders = [
        () => argv.createSnapshotArgv(config, { ...snapshot, volumeGroup: name }),
        () => argv.createSnapshotArgv(config, { ...snapshot, origin: name }),
        () => argv.createSnapshotArgv(config, { ...snapshot, name }),
        () => argv.removeVolumeArgv(config, name, 'x'),
        () => argv.removeVolumeArgv(config, 'x', name),
        () => argv.activateThinArgv(config, 'x', name),
      ];
      for (const build of builders) expect(codeOf(build)).toBe('internal');
    },
  );

  it('never create a snapshot that could not be proven ours, or one without room', () => {
    expect(codeOf(() => argv.createSnapshotArgv(config, { ...snapshot, tags: [] }))).toBe(
      'internal',
    );
    for (const tag of ['', '-x', 'a b', '@x']) {
      expect(codeOf(() => argv.createSnapshotArgv(config, { ...snapshot, tags: [tag] }))).toBe(
        'internal',
      );
    }
    for (const sizeBytes of [0, -1, 1.5, Number.NaN, 2 ** 60]) {
      const storage = { kind: 'thick', sizeBytes } as const;
      expect(codeOf(() => argv.createSnapshotArgv(config, { ...snapshot, storage }))).toBe(
        'internal',
      );
    }
  });

  it.each([[[]], [['']], [['sda']], [['/dev/a|b']], [['/dev/a"b']], [['/dev/a b']], [['/etc/x']]])(
    'never filter by %j',
    (devices) => {
      expect(codeOf(() => guestDevices(devices))).toBe('internal');
    },
  );

  it('hold no argument that is empty, whatever LVM name is given', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9+_][A-Za-z0-9+_.-]{0,126}$/);
    fc.assert(
      fc.property(name, name, (volumeGroup, volume) => {
        const line = argv.removeVolumeArgv(config, volumeGroup, volume);
        expect(line.at(-1)).toBe(`${volumeGroup}/${volume}`);
        expect(line).not.toContain('');
      }),
    );
  });
});
