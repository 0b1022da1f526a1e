import { describe, expect, it } from 'vitest';
import type { StepSegment } from '../../core/steps/index.js';
import { deviceMapInfoArgv } from '../shared/index.js';
import { codeOf } from '../shared/recordings.contract.js';
import * as argv from './argv.js';
import { CREATE_MAP_SCRIPT } from './scripts.js';
import { tableOf } from './table.js';

const request = {
  name: 'xen-backup-abcdefghij-1',
  uuid: 'XENBACKUP-abcdefghij-1',
  access: 'read-write',
  segments: [],
} as const;

const linear: StepSegment = {
  kind: 'linear',
  startSector: 0,
  sectors: 2_048,
  device: '/dev/mapper/VolGroupXX-a',
  offsetSectors: 0,
};

const striped: StepSegment = {
  kind: 'striped',
  startSector: 2_048,
  sectors: 1_024,
  chunkSectors: 128,
  stripes: [
    { device: '/dev/mapper/x', offsetSectors: 2_048 },
    { device: '/dev/mapper/y', offsetSectors: 4_096 },
  ],
};

describe('the dmsetup command lines', () => {
  it('list maps with named columns', () => {
    const columns = ['--separator', ':', '-o', 'name,uuid,major,minor,open,attr'];
    expect(deviceMapInfoArgv()).toEqual(['dmsetup', 'info', '-c', '--noheadings', ...columns]);
    expect(deviceMapInfoArgv('x').at(-1)).toBe('x');
  });

  it('create a map with our stamp, read-only where asked', () => {
    const script = ['sh', '-c', CREATE_MAP_SCRIPT, 'xen-backup-create-map'];
    const create = [...script, request.name, '--uuid', request.uuid];
    expect(argv.createMapArgv(request)).toEqual(create);
    expect(argv.createMapArgv({ ...request, access: 'read-only' })).toEqual([
      ...create,
      '--readonly',
    ]);
  });

  it('remove by name and stamp, ask and flush by name', () => {
    expect(argv.removeMapArgv('x', 'y').slice(-3)).toEqual(['xen-backup-remove-map', 'x', 'y']);
    expect(argv.mapStatusArgv('x')).toEqual(['dmsetup', 'status', 'x']);
    expect(argv.syncDeviceArgv('/dev/x')).toEqual(['sync', '--', '/dev/x']);
    expect(argv.flushBuffersArgv('/dev/x')).toEqual(['blockdev', '--flushbufs', '/dev/x']);
  });

  it.each(['', '-f', '--force', 'a b', 'a/b', 'a:b'])('never act on %j', (name) => {
    expect(codeOf(() => argv.createMapArgv({ ...request, name }))).toBe('internal');
    expect(codeOf(() => argv.createMapArgv({ ...request, uuid: name }))).toBe('internal');
    expect(codeOf(() => argv.removeMapArgv(name, 'y'))).toBe('internal');
    expect(codeOf(() => argv.removeMapArgv('x', name))).toBe('internal');
  });

  it.each(['', '-f', 'x'])('never flush or ask about %j', (path) => {
    expect(codeOf(() => argv.flushBuffersArgv(path))).toBe('internal');
    expect(codeOf(() => argv.syncDeviceArgv(path))).toBe('internal');
    expect(codeOf(() => argv.mapStatusArgv(path === 'x' ? '-x' : path))).toBe('internal');
  });
});

describe('a device-mapper table', () => {
  it('has one line for each segment', () => {
    expect(tableOf([linear, striped])).toBe(
      '0 2048 linear /dev/mapper/VolGroupXX-a 0\n' +
        '2048 1024 striped 2 128 /dev/mapper/x 2048 /dev/mapper/y 4096\n',
    );
  });

  it('can show nothing at all', () => {
    expect(tableOf([{ kind: 'error', startSector: 0, sectors: 8 }])).toBe('0 8 error\n');
  });

  it.each<[string, readonly StepSegment[]]>([
    ['empty', []],
    ['with a gap before it', [{ ...linear, startSector: 1 }]],
    ['with a gap in it', [linear, { ...linear, startSector: 4_096 }]],
    ['with an overlap', [linear, { ...linear, startSector: 1_024 }]],
    ['with an empty segment', [{ ...linear, sectors: 0 }]],
    ['with half a sector', [{ ...linear, sectors: 0.5 }]],
    ['with no number', [{ ...linear, offsetSectors: Number.NaN }]],
    ['with a relative device', [{ ...linear, device: 'sda' }]],
    ['with a second field in the device', [{ ...linear, device: '/dev/a 0' }]],
    ['with a second line in the device', [{ ...linear, device: '/dev/a\n0' }]],
    ['without stripes', [{ ...striped, startSector: 0, stripes: [] }]],
    ['without chunks', [{ ...striped, startSector: 0, chunkSectors: 0 }]],
    ['whose stripes do not divide it', [{ ...striped, startSector: 0, sectors: 1_000 }]],
  ])('is refused when it is %s', (_, segments) => {
    expect(codeOf(() => tableOf(segments))).toBe('internal');
  });
});
