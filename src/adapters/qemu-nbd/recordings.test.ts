import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import {
  codeOf,
  describeRecordings,
  expectStrict,
  garbage,
} from '../shared/recordings.contract.js';
import { connectArgv, disconnectArgv, imageInfoArgv } from './argv.js';
import { type ImageInfo, parseImageInfo, parseNbdDevices } from './parse.js';
import { refuseImage } from './refusal.js';

const mebibyte = 2 ** 20;
const clean: ImageInfo = { sizeBytes: 128 * mebibyte, snapshots: [], condition: 'clean' };

function is(info: Partial<ImageInfo>, refusal?: RegExp) {
  return ({ argv, stdout }: CommandResult) => {
    expect(argv).toEqual(imageInfoArgv(argv.at(-1) ?? ''));
    const parsed = parseImageInfo(stdout);
    expect(parsed).toEqual({ ...clean, ...info });
    const refused = refuseImage('dom0a', '/srv/images/web.qcow2', parsed);
    if (refusal === undefined) expect(refused).toBeUndefined();
    else expect(`${refused?.message ?? ''} ${refused?.remedy ?? ''}`).toMatch(refusal);
  };
}

/** What was said is what the adapter looks for. */
function fails(text: string | RegExp) {
  return ({ exitCode, stdout, stderr }: CommandResult) => {
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(text);
  };
}

const small = 64 * mebibyte;
const tiny = 10 * mebibyte;

describeRecordings('qemu', {
  'loop/info-plain': is({}),
  'loop/info-in-use': is({}),
  'loop/info-compat-0.10': is({ sizeBytes: small }),
  'loop/info-backing-file': is(
    { backingFile: 'web.qcow2' },
    /shows another image, web\.qcow2, through it .*qemu-img rebase -b ''/,
  ),
  'loop/info-encrypted': is({ sizeBytes: tiny, encryption: 'luks' }, /encrypted by QEMU \(luks\)/),
  'loop/info-snapshot': is(
    { sizeBytes: small, snapshots: ['before-upgrade'] },
    /has snapshots inside \(before-upgrade\).*snapshot -d before-upgrade/,
  ),
  'loop/info-data-file': is(
    { sizeBytes: tiny, dataFile: 'data.raw' },
    /file of its own, data\.raw/,
  ),
  'loop/info-dirty': is(
    { sizeBytes: tiny, condition: 'dirty' },
    /dirty bit.*qemu-img check -r all/,
  ),
  'loop/info-corrupt': is({ sizeBytes: tiny, condition: 'corrupt' }, /marked as damaged/),
  'loop/info-missing': fails('No such file or directory'),
  'loop/info-not-qcow2': fails('Image is not in qcow2 format'),
  'loop/connect-no-device': fails('Failed to open /dev/nbd0: No such file or directory'),
  'loop/connect-missing': fails('No such file or directory'),
  'loop/connect-not-qcow2': fails('Image is not in qcow2 format'),
  'loop/connect-locked': fails(/Failed to get .* lock/),
  'loop/connect-locked-read-only': fails(/Failed to get .* lock/),
  'loop/connect-locked-by-a-reader': fails(/Failed to get .* lock/),
  'loop/disconnect-no-device': fails('Cannot open /dev/nbd0'),
});

describe('commands of qemu-nbd', () => {
  const mountPoint = '/run/xen-backup/abcdefghij/xen-backup-abcdefghij-3';
  const socket = `--socket=${mountPoint}.socket`;

  it('name device, socket, format and image', () => {
    expect(connectArgv('/dev/nbd3', { mountPoint, access: 'read-write' })).toEqual([
      ...['qemu-nbd', '--connect=/dev/nbd3', socket, '--format=qcow2', '--', mountPoint],
    ]);
    expect(connectArgv('/dev/nbd3', { mountPoint, access: 'read-only' })).toEqual([
      ...['qemu-nbd', '--connect=/dev/nbd3', socket, '--format=qcow2', '--read-only'],
      ...['--', mountPoint],
    ]);
    expect(disconnectArgv('/dev/nbd3')).toEqual(['qemu-nbd', '--disconnect', '/dev/nbd3']);
  });
});

describe('the list of network block devices', () => {
  it('tells free ones from used ones, and whose they are', () => {
    const file = '/run/xen-backup/abcdefghij/xen-backup-abcdefghij-3';
    const text = `module\t0\nfree\tnbd0\nused\tnbd1\t43:1\t4711\t1\t8192\t${file}\nused\tnbd10\t43:10\t12\t0\t0\t-\n`;
    expect(parseNbdDevices(text)).toEqual({
      maxPartitions: 0,
      free: ['/dev/nbd0'],
      used: [
        {
          device: '/dev/nbd1',
          deviceNumber: { major: 43, minor: 1 },
          ...{ processId: 4711, readOnly: true, sizeBytes: 4_194_304, file },
        },
        {
          device: '/dev/nbd10',
          deviceNumber: { major: 43, minor: 10 },
          ...{ processId: 12, readOnly: false, sizeBytes: 0 },
        },
      ],
    });
  });

  it('is empty where the module is not loaded', () => {
    expect(parseNbdDevices('')).toEqual({ free: [], used: [] });
  });

  it.each([
    'free\tsda\n',
    'module\tY\n',
    'used\tnbd0\t43:0\t12\t2\t0\t-\n',
    'used\tnbd0\t43\t12\t0\t0\t-\n',
    'more\n',
  ])('refuses %j', (text) => {
    expect(codeOf(() => parseNbdDevices(text))).toBe('output-unexpected');
  });
});

describe('output that is garbage', () => {
  it('is refused, or read in shape', () => {
    fc.assert(
      fc.property(garbage('qemu'), (text) => {
        expectStrict(parseImageInfo, text);
        expectStrict(parseNbdDevices, text);
      }),
    );
  });
});
