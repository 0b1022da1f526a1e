import { describe, it } from 'vitest';

/**
 * `it` where a part of the machine is there, `it.skip` with its name where it is not. What was
 * skipped stands at the end of the report; with CI=true it fails instead.
 */
export function itWith(part: string, available: boolean): typeof it | typeof it.skip {
  if (available) return it;
  if (process.env['CI'] === 'true') {
    describe('what must not be missing here', () => {
      it(part, () => {
        throw new Error(`a required part of the machine is missing: ${part}`);
      });
    });
  }
  console.log(`peers: did not run, for want of ${part}`);
  return it.skip;
}
