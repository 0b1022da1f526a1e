import { together } from '../core/index.js';

/**
 * Maps items with at most `limit` at work at once, results in the order of the items. After one
 * has thrown no further item is begun; those at work come to their end before it is rethrown.
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      try {
        results[index] = await work(item);
      } catch (error) {
        errors.push(error);
      }
      if (errors.length > 0) return;
    }
  };
  // Whatever is no number of workers is one: no limit may mean that nothing is done.
  const workers = Number.isFinite(limit) ? Math.min(Math.max(1, limit), items.length) : 1;
  await together(Array.from({ length: workers }, worker));
  if (errors.length > 0) throw errors[0];
  return results;
}
