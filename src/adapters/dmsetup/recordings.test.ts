import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import { parseDeviceMaps } from '../shared/index.js';
import {
  codeOf,
  describeRecordings,
  expectStrict,
  garbage,
} from '../shared/recordings.contract.js';
import { parseMapStatus } from './parse.js';

function refused({ stdout }: CommandResult) {
  expect(codeOf(() => parseDeviceMaps(stdout))).toBe('output-unexpected');
}

function refusedAsStatus({ stdout }: CommandResult) {
  expect(codeOf(() => parseMapStatus(stdout))).toBe('output-unexpected');
}

describeRecordings('dmsetup', {
  // Columns for people: headed, padded, and names run into numbers.
  'xen/info': refused,
  'xen/ls': refused,
  'xen/ls-extended': refused,
  // Without a map's name every line begins with one: a status of one map never does.
  'xen/status': refusedAsStatus,
  'xen/table': refusedAsStatus,
  'xen/status-overflow': ({ stdout }) => {
    expect(parseMapStatus(stdout)).toBe('0 262144 snapshot Invalid');
  },
  'xen/dmesg-overflow': (recording) => {
    // The kernel unmounts nothing; dmeventd did, moments after the overflow.
    expect(recording.stdout).toMatch(/Invalidating snapshot[^]*unmounting filesystem/);
    refused(recording);
    refusedAsStatus(recording);
  },
  'loop/sync-missing-device': ({ exitCode, stderr }) => {
    expect(exitCode).toBe(1);
    expect(stderr).toContain('No such file or directory');
  },
  'loop/flush-missing-device': ({ exitCode, stderr }) => {
    expect(exitCode).toBe(1);
    expect(stderr).toContain('No such file or directory');
  },
});

describe('the maps of dmsetup info', () => {
  it('are read with their stamp, number, users and access', () => {
    const text =
      'xen-backup-abcdefghij-1:XENBACKUP-abcdefghij-1:253:7:1:L--r\nvg-lv::253:0:0:LIsw\n';
    expect(parseDeviceMaps(text)).toEqual([
      {
        name: 'xen-backup-abcdefghij-1',
        uuid: 'XENBACKUP-abcdefghij-1',
        deviceNumber: { major: 253, minor: 7 },
        openCount: 1,
        readOnly: true,
      },
      {
        name: 'vg-lv',
        uuid: '',
        deviceNumber: { major: 253, minor: 0 },
        openCount: 0,
        readOnly: false,
      },
    ]);
  });

  it('may be none', () => {
    expect(parseDeviceMaps('No devices found\n')).toEqual([]);
  });

  it('are never none because dmsetup said nothing', () => {
    expect(codeOf(() => parseDeviceMaps(''))).toBe('output-unexpected');
  });

  it('keep a colon in a foreign name', () => {
    expect(parseDeviceMaps('a:b:UUID:253:1:0:L--w\n')).toMatchObject([
      { name: 'a:b', uuid: 'UUID' },
    ]);
  });

  it.each([
    'x',
    'x:u:253:7:1\n',
    'x:u:253:7:1:L--x\n',
    'x:u:253:seven:1:L--w\n',
    'x:u:-1:7:1:L--w\n',
    ':u:253:7:1:L--w\n',
    'x:253:7:1:L--w\n',
  ])('are refused when a line is %j', (text) => {
    expect(codeOf(() => parseDeviceMaps(text))).toBe('output-unexpected');
  });

  it('are read or refused, whatever dmsetup prints', () => {
    fc.assert(
      fc.property(garbage('dmsetup'), (text) => {
        expectStrict(parseDeviceMaps, text);
        expectStrict(parseMapStatus, text);
      }),
    );
  });

  it('are never made up from random text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/:[L-][I-][s-][rw]/.test(text));
        expect(codeOf(() => parseDeviceMaps(text))).toBe('output-unexpected');
      }),
    );
  });
});

describe('the status of a map', () => {
  it('keeps the lines of a map with several segments', () => {
    expect(parseMapStatus('0 8 linear \n8 8 linear \n')).toBe('0 8 linear\n8 8 linear');
  });

  it.each(['', '\n', 'x', '0 linear\n', '0 8 linear \n\n'])('is refused when it is %j', (text) => {
    expect(codeOf(() => parseMapStatus(text))).toBe('output-unexpected');
  });
});
