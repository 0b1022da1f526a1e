import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, expectStrict, garbage, readRecording } from '../shared/recordings.contract.js';
import {
  parseGlobalFilter,
  parseLogicalVolumes,
  parseSnapshotStatus,
  parseVolumeGroups,
} from './parse.js';
import { parsePhysicalVolumes, parseSegments } from './parse-guest.js';

const reportParsers = [parseVolumeGroups, parseLogicalVolumes, parsePhysicalVolumes, parseSegments];

describe('LVM report parsers', () => {
  it('answer or refuse, and nothing else, whatever they are given', () => {
    fc.assert(
      fc.property(garbage('lvm'), (text) => {
        for (const parse of [...reportParsers, parseGlobalFilter, parseSnapshotStatus]) {
          expectStrict(parse, text);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuse a report that is cut off, wherever', () => {
    const { stdout } = readRecording('lvm', 'xen/vgs-json');
    for (let length = 0; length < stdout.trimEnd().length; length += 1) {
      expect(codeOf(() => parseVolumeGroups(stdout.slice(0, length)))).toBe('output-unexpected');
    }
  });

  it.each(['', '{}', '{"report":[]}', '{"report":[{}]}', '{"report":[{"lv":[]},{"lv":[]}]}'])(
    'refuse %j: an absent report is not an empty one',
    (text) => {
      for (const parse of reportParsers) {
        expect(codeOf(() => parse(text))).toBe('output-unexpected');
      }
    },
  );

  it('take an empty report for what it is', () => {
    expect(parseVolumeGroups('{"report":[{"vg":[]}]}')).toEqual([]);
  });

  it('carry the raw text of what they refuse', () => {
    expect(() => parseVolumeGroups('no such thing')).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ text: 'no such thing' }) }),
    );
  });
});

describe('the volumes of lvs', () => {
  const row = (changes: Record<string, string>) =>
    JSON.stringify({
      lv_name: 'a',
      vg_name: 'vg',
      lv_uuid: 'ZUVR9c-aV59-rsDY-3WTv-EIyA-1ZZl-miIM9T',
      lv_path: '/dev/vg/a',
      lv_dm_path: '/dev/mapper/vg-a',
      lv_attr: '-wi-a-----',
      lv_size: '4194304',
      origin: '',
      pool_lv: '',
      data_percent: '',
      lv_snapshot_invalid: 'unknown',
      lv_active: 'active',
      segtype: 'linear',
      lv_tags: '',
      ...changes,
    });
  const parse = (...rows: string[]) =>
    parseLogicalVolumes(`{"report":[{"lv":[${rows.join(',')}]}]}`);

  it('become one although lvs prints a row for each segment', () => {
    expect(parse(row({}), row({}))).toHaveLength(1);
    expect(parse(row({}), row({ segtype: 'striped' }))).toMatchObject([{ segmentType: 'mixed' }]);
  });

  it('are refused when two of them share a UUID', () => {
    expect(codeOf(() => parse(row({}), row({ lv_name: 'b' })))).toBe('output-unexpected');
  });

  it('have their tags', () => {
    expect(parse(row({ lv_tags: 'xen-backup,xen-backup-run-x' }))).toMatchObject([
      { tags: ['xen-backup', 'xen-backup-run-x'] },
    ]);
  });

  it('are inactive only when LVM says so', () => {
    expect(parse(row({ lv_active: '' }))).toMatchObject([{ active: false }]);
    expect(codeOf(() => parse(row({ lv_active: 'unknown' })))).toBe('output-unexpected');
  });

  it('are invalid snapshots by either witness', () => {
    expect(parse(row({ lv_snapshot_invalid: 'snapshot invalid' }))).toMatchObject([
      { snapshotInvalid: true },
    ]);
    expect(parse(row({ lv_attr: 'swi-I-s---' }))).toMatchObject([{ snapshotInvalid: true }]);
    expect(parse(row({ lv_attr: 'swi-S-s---' }))).toMatchObject([{ snapshotInvalid: true }]);
  });

  it.each([
    { lv_size: '' },
    { lv_size: '-1' },
    { lv_size: '1.5' },
    { lv_size: '4194304B' },
    { lv_size: '99999999999999999999' },
    { lv_uuid: 'x' },
    { lv_name: '' },
    { lv_attr: '' },
    { data_percent: 'many' },
    { lv_snapshot_invalid: 'perhaps' },
  ])('are refused with %j', (changes) => {
    expect(codeOf(() => parse(row(changes)))).toBe('output-unexpected');
  });
});

describe('the health of a snapshot', () => {
  it.each([
    ['0 3072000 snapshot 552/524288 16\n', { kind: 'healthy', usedShare: 552 / 524_288 }],
    ['0 262144 snapshot Invalid\n', { kind: 'invalid', status: 'Invalid' }],
    ['0 262144 snapshot Overflow\n', { kind: 'invalid', status: 'Overflow' }],
    ['0 262144 snapshot Merge failed\n', { kind: 'invalid', status: 'Merge failed' }],
    ['0 262144 thin 10240 262143\n', { kind: 'unlimited' }],
    ['0 262144 thin 0 -\n', { kind: 'unlimited' }],
    ['0 262144 thin Fail\n', { kind: 'invalid', status: 'Fail' }],
  ])('of %j is %j', (text, health) => {
    expect(parseSnapshotStatus(text)).toEqual(health);
  });

  it.each([
    '',
    '\n',
    '0 262144 linear \n',
    '0 262144 snapshot\n',
    '0 262144 snapshot 5/0 1\n',
    '0 262144 snapshot 6/5 1\n',
    '0 262144 snapshot-origin \n',
    '0 1 snapshot 1/2 1\n1 1 snapshot 1/2 1\n',
    'x: 0 262144 snapshot Invalid\n',
  ])('cannot be told from %j', (text) => {
    expect(codeOf(() => parseSnapshotStatus(text))).toBe('output-unexpected');
  });
});
