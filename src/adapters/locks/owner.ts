import { z } from 'zod';
import type { LockOwner } from '../../ports/index.js';

const lockOwner = z.object({
  runId: z.string(),
  controller: z.string(),
  processId: z.number().int().positive(),
  since: z.string(),
  access: z.enum(['read-only', 'read-write']).exactOptional(),
});

/**
 * The owner as the lock's file names it. `undefined` for anything else: the file is for people,
 * the lock itself is the kernel's, and its holder may be about to write it.
 */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    return lockOwner.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
