import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirstLineStripper } from './first-line.js';

async function strip(chunks: readonly Buffer[]): Promise<{ line: string; rest: string }> {
  const stripper = new FirstLineStripper();
  const rest: Buffer[] = [];
  stripper.on('data', (chunk: Buffer) => rest.push(chunk));
  const ended = new Promise((resolve) => stripper.once('end', resolve));
  for (const chunk of chunks) stripper.write(chunk);
  stripper.end();
  await ended;
  return { line: await stripper.firstLine, rest: Buffer.concat(rest).toString('utf8') };
}

describe('FirstLineStripper', () => {
  it('takes the first line off, wherever the pieces are cut', async () => {
    const text = 'xen-backup session 1 1 2\nfirst ä\n\nlast without end';
    const bytes = Buffer.from(text);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(await strip(chunks)).toEqual({
          line: 'xen-backup session 1 1 2',
          rest: 'first ä\n\nlast without end',
        });
      }),
    );
  });

  it('gives what there was when the stream ends early', async () => {
    expect(await strip([Buffer.from('This account is')])).toEqual({
      line: 'This account is',
      rest: '',
    });
  });

  it('does not wait for ever for the end of a line', async () => {
    const { line } = await strip([Buffer.from('x'.repeat(5000))]);
    expect(line.length).toBeGreaterThan(4096);
  });
});
