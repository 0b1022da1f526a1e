/**
 * Promise.all, but nothing is left at work: when one fails, the others still come to their end
 * before the first failure, in the order given, is thrown. What is abandoned would still be at work
 * on its host while everything is taken down around it, and keep devices open.
 */
export async function together<const T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  await Promise.allSettled(work);
  // All of it has ended: nothing can be abandoned here.
  // eslint-disable-next-line no-restricted-properties
  return Promise.all(work);
}
