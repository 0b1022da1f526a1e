import { describe, expect, it } from 'vitest';
import { parseFills, parsePoolFills, poolMaps, watchedMaps } from './fill.js';

const thick = { volumeGroup: 'VolGroupXX', name: 'xen-backup-abcdefghij-1' };
const other = { volumeGroup: 'VolGroupXX', name: 'xen-backup-abcdefghij-2' };
const thin = { volumeGroup: 'vg', name: 'xen-backup-abcdefghij-3', pool: 'my-pool' };

const thickMap = 'VolGroupXX-xen--backup--abcdefghij--1';
const otherMap = 'VolGroupXX-xen--backup--abcdefghij--2';
const thinMap = 'vg-xen--backup--abcdefghij--3';
const poolMap = 'vg-my--pool-tpool';

describe('the maps that are asked', () => {
  it('are the snapshots themselves and each pool once', () => {
    const second = { ...thin, name: 'xen-backup-abcdefghij-4' };
    expect(watchedMaps([thick, thin, second])).toEqual([
      thickMap,
      thinMap,
      poolMap,
      'vg-xen--backup--abcdefghij--4',
    ]);
  });
});

describe('the fill of snapshots', () => {
  it('stands alone on its line when one map was asked', () => {
    expect(parseFills('0 3072000 snapshot 552/524288 16\n', [thick])).toEqual([
      { kind: 'thick', usedBytes: 552 * 512, sizeBytes: 524_288 * 512 },
    ]);
    expect(parseFills('0 262144 snapshot Invalid\n', [thick])).toEqual([
      { kind: 'invalid', status: 'Invalid' },
    ]);
  });

  it('stands behind the name of its map when several were asked, in whatever order', () => {
    const text = `${otherMap}: 0 8 snapshot Overflow\n${thickMap}: 0 8 snapshot 16/32 16\n`;
    expect(parseFills(text, [thick, other])).toEqual([
      { kind: 'thick', usedBytes: 16 * 512, sizeBytes: 32 * 512 },
      { kind: 'invalid', status: 'Overflow' },
    ]);
  });

  it('is that of the pool for a thin one', () => {
    const pool =
      '0 1024 thin-pool 2 15/1024 80/800 - rw discard_passdown queue_if_no_space - 1024 ';
    const text = `${thinMap}: 0 512 thin 10240 262143\n${poolMap}: ${pool}\n`;
    expect(parseFills(text, [thin])).toEqual([
      {
        kind: 'thin',
        data: { usedBlocks: 80, totalBlocks: 800 },
        metadata: { usedBlocks: 15, totalBlocks: 1024 },
      },
    ]);
  });

  it.each([
    [
      '2 15/1024 800/800 - out_of_data_space discard_passdown queue_if_no_space - 1024 ',
      'pool: out_of_data_space',
    ],
    ['2 15/1024 80/800 - ro discard_passdown error_if_no_space - 1024 ', 'pool: ro'],
    [
      '2 15/1024 80/800 - rw discard_passdown error_if_no_space needs_check 1024 ',
      'pool: needs_check',
    ],
    ['Fail', 'pool: Fail'],
  ])('is gone when its pool takes no more writes: %s', (state, status) => {
    const text = `${thinMap}: 0 512 thin 10240 262143\n${poolMap}: 0 1024 thin-pool ${state}\n`;
    expect(parseFills(text, [thin])).toEqual([{ kind: 'invalid', status }]);
  });

  it.each([
    ['nothing', ''],
    ['another kind of map', '0 8 linear 253:1 0\n'],
    ['a thin snapshot instead of a thick one', '0 512 thin 10240 262143\n'],
    ['two lines for one map', '0 8 snapshot 16/32 16\n8 8 snapshot 16/32 16\n'],
    ['more used than there is', '0 8 snapshot 64/32 16\n'],
  ])('is never guessed from %s', (_, text) => {
    expect(() => parseFills(text, [thick])).toThrow();
  });

  it.each([
    ['a map that is missing', `${thickMap}: 0 8 snapshot 16/32 16\n`],
    ['a map that was not asked', `${thickMap}: 0 8 snapshot 16/32 16\nx: 0 8 snapshot 16/32 16\n`],
    ['lines without names', '0 8 snapshot 16/32 16\n0 8 snapshot 16/32 16\n'],
  ])('is never guessed from %s among several', (_, text) => {
    expect(() => parseFills(text, [thick, other])).toThrow();
  });
});

describe('the fill of pools asked for by themselves', () => {
  const pool = { volumeGroup: 'vg', name: 'my-pool' };
  const state = '0 1024 thin-pool 2 15/1024 80/800 - rw discard_passdown queue_if_no_space - 1024 ';

  it('asks each pool once, by the map that LVM keeps below the volume', () => {
    expect(poolMaps([pool, pool])).toEqual([poolMap]);
  });

  it('is that of data and metadata', () => {
    expect(parsePoolFills(`${state}\n`, [pool])).toEqual([
      {
        kind: 'open',
        data: { usedBlocks: 80, totalBlocks: 800 },
        metadata: { usedBlocks: 15, totalBlocks: 1024 },
      },
    ]);
  });

  it('is closed when it takes no more writes', () => {
    const full = state.replace('rw', 'out_of_data_space');
    expect(parsePoolFills(`${full}\n`, [pool])).toEqual([
      { kind: 'closed', status: 'out_of_data_space' },
    ]);
  });

  it.each(['', '0 8 linear 253:1 0\n'])('is never guessed from %j', (text) => {
    expect(() => parsePoolFills(text, [pool])).toThrow();
  });
});
