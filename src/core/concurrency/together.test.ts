import { describe, expect, it } from 'vitest';
import { together } from './together.js';

describe('together', () => {
  it('gives the results in the order given', async () => {
    expect(await together([Promise.resolve(1), 'two'])).toEqual([1, 'two']);
  });

  it('leaves nothing at work when one fails', async () => {
    let ended = false;
    const slow = new Promise((resolve) => setTimeout(resolve, 5)).then(() => {
      ended = true;
    });
    await expect(together([Promise.reject(new Error('first')), slow])).rejects.toThrow('first');
    expect(ended).toBe(true);
  });
});
