import { afterAll, describe, it } from 'vitest';

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
  sayMissing(part);
  return it.skip;
}

/** The same for a part that no machine must have: without it there is no test, and a line. */
export function itIfThere(part: string, available: boolean): typeof it | undefined {
  if (available) return it;
  sayMissing(part);
  return undefined;
}

const missing = new Set<string>();

function sayMissing(part: string): void {
  if (missing.size === 0) {
    afterAll(() => {
      console.log(`peers: did not run, for want of: ${[...missing].join(', ')}`);
    });
  }
  missing.add(part);
}
