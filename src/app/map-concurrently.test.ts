import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapConcurrently } from './map-concurrently.js';

const pause = (turns: number): Promise<void> =>
  turns === 0 ? Promise.resolve() : Promise.resolve().then(() => pause(turns - 1));

describe('mapConcurrently', () => {
  it('gives the results in the order of the items, with at most so many at work', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(10)),
        fc.integer({ min: 1, max: 5 }),
        async (turns, limit) => {
          let [atWork, most] = [0, 0];
          const results = await mapConcurrently(turns, limit, async (count) => {
            atWork += 1;
            most = Math.max(most, atWork);
            await pause(count);
            atWork -= 1;
            return count * 2;
          });
          expect(results).toEqual(turns.map((count) => count * 2));
          expect(most).toBe(Math.min(limit, turns.length));
        },
      ),
    );
  });

  it.each([0, -1, Number.NaN, 0.5])('works with one where the limit is %d', async (limit) => {
    expect(await mapConcurrently([1, 2, 3], limit, async (item) => item)).toEqual([1, 2, 3]);
  });

  it('begins nothing after an error, and lets what is at work come to its end', async () => {
    const log: string[] = [];
    const work = mapConcurrently(['slow', 'bad', 'never'], 2, async (item) => {
      log.push(`begin ${item}`);
      await pause(item === 'slow' ? 20 : 1);
      if (item === 'bad') throw new Error('bad');
      log.push(`end ${item}`);
    });
    await expect(work).rejects.toThrow('bad');
    expect(log).toEqual(['begin slow', 'begin bad', 'end slow']);
  });
});
