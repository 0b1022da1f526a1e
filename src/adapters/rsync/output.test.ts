import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CopyProgress } from '../../ports/index.js';
import { CopyOutputParser } from './output.js';

// rsync 3.5.0, real output of a copy in which one file's content could not be read.
const recorded = [
  '\r          32768   3%    0.00kB/s    0:00:00  ',
  '\r        1000000  99%  307.47MB/s    0:00:00 (xfr#1, to-chk=3/6)\n',
  '\r        1000007 100%  307.48MB/s    0:00:00 (xfr#3, to-chk=0/6)',
  '\r        2000007 199%   98.74MB/s    0:00:00 (xfr#4, to-chk=0/6)\n',
  'IO error encountered -- skipping file deletion\n',
  '\n',
  'Number of files: 6 (reg: 3, dir: 3)\n',
  'Number of created files: 3 (reg: 3)\n',
  'Number of deleted files: 0\n',
  'Number of regular files transferred: 4\n',
  'Total file size: 1000007 bytes\n',
  'Total transferred file size: 2000007 bytes\n',
  'Literal data: 2000007 bytes\n',
  'Matched data: 0 bytes\n',
  'File list size: 0\n',
  'File list generation time: 0.001 seconds\n',
  'File list transfer time: 0.000 seconds\n',
  'Total bytes sent: 2000803\n',
  'Total bytes received: 104\n',
  '\n',
  'sent 2000803 bytes  received 104 bytes  4001814.00 bytes/sec\n',
  'total size is 1000007  speedup is 0.50\n',
].join('');

const totals = {
  sourceEntries: 6,
  createdEntries: 3,
  deletedEntries: 0,
  transferredFiles: 4,
  sourceBytes: 1000007,
  transferredBytes: 2000007,
  sentBytes: 2000803,
  receivedBytes: 104,
};

function parse(chunks: readonly string[]) {
  const progress: CopyProgress[] = [];
  const parser = new CopyOutputParser((report) => progress.push(report));
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return { progress, notes: parser.notes(), parser };
}

describe('CopyOutputParser', () => {
  it('reads progress, totals and what else rsync says', () => {
    const { progress, notes, parser } = parse([recorded]);
    expect(parser.statistics()).toEqual(totals);
    expect(notes).toEqual(['IO error encountered -- skipping file deletion']);
    expect(progress).toEqual([
      { transferredBytes: 32768, percent: 3, bytesPerSecond: 0, remainingMs: 0 },
      {
        transferredBytes: 1000000,
        percent: 99,
        bytesPerSecond: 322405663,
        remainingMs: 0,
      },
      { transferredBytes: 1000007, percent: 100, bytesPerSecond: 322416148, remainingMs: 0 },
      { transferredBytes: 2000007, percent: 100, bytesPerSecond: 103536394, remainingMs: 0 },
    ]);
  });

  it('reads the same wherever the pieces are cut', () => {
    const whole = parse([recorded]);
    const cuts = fc.uniqueArray(fc.nat(recorded.length), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (positions) => {
        const ends = [...positions.sort((a, b) => a - b), recorded.length];
        const chunks = ends.map((end, index) => recorded.slice(ends[index - 1] ?? 0, end));
        const pieces = parse(chunks);
        expect(pieces.progress).toEqual(whole.progress);
        expect(pieces.notes).toEqual(whole.notes);
        expect(pieces.parser.statistics()).toEqual(totals);
      }),
    );
  });

  it('says what is missing instead of inventing totals', () => {
    for (const line of recorded.split('\n').slice(6, 10)) {
      const parser = parse([recorded.replace(line, '')]).parser;
      expect(() => parser.statistics()).toThrow(/does not say its/);
    }
    expect(() => parse(['rsync: garbage\n']).parser.statistics()).toThrow('garbage');
  });

  it('never makes totals of garbage', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const { parser } = parse([text]);
        expect(() => parser.statistics()).toThrow(/does not say its/);
      }),
    );
  });

  it('does not believe totals that are said twice', () => {
    expect(() => parse([`${recorded}Number of deleted files: 7\n`])).toThrow('twice');
  });

  it('shows the time left only where rsync means it', () => {
    const line = '\r       10485760  25%   10.00MB/s    0:01:30  ';
    expect(parse([line]).progress).toMatchObject([{ percent: 25, remainingMs: 90_000 }]);
    const unknown = '\r              0   0%    0.00kB/s   ??:??:??  ';
    expect(parse([unknown]).progress).toEqual([
      { transferredBytes: 0, percent: 0, bytesPerSecond: 0 },
    ]);
    // After a file, the column is the time taken: what is left is estimated.
    const after = '\r       10485760  25%   10.00MB/s    0:00:01 (xfr#1, ir-chk=1000/1001)';
    expect(parse([after]).progress).toMatchObject([{ percent: 25, remainingMs: 3_000 }]);
  });

  it('stays small while rsync reports a million files', () => {
    const parser = new CopyOutputParser(() => undefined);
    const lineOf = (file: number): string =>
      `\r${String(file * 100).padStart(15)}  42%    1.23MB/s    0:00:12 (xfr#${file}, to-chk=9/9999999)`;
    const before = process.memoryUsage().heapUsed;
    for (let file = 0; file < 1_000_000; file += 1000) {
      let chunk = '';
      for (let each = file; each < file + 1000; each += 1) chunk += lineOf(each);
      parser.push(chunk);
    }
    // Without a newline for a million files, and without an end to a name.
    for (let index = 0; index < 1000; index += 1) parser.push('x'.repeat(100_000));
    parser.end();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
    expect(parser.notes().join('').length).toBeLessThan(400_000);
  });
});
