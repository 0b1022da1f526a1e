import { afterAll, beforeAll, expect } from 'vitest';
import type { BlockHost, MakeBlockHost } from './block-host.js';

/**
 * One host for a whole suite, because on a real one everything is slow. Tests use names of their
 * own and take down what the next test must not see.
 */
export function useHost(makeHost: MakeBlockHost): () => BlockHost {
  let host: BlockHost | undefined;
  beforeAll(async () => {
    host = await makeHost();
  });
  afterAll(async () => {
    await host?.close();
  });
  return () => {
    if (host === undefined) throw new Error('the host is not up');
    return host;
  };
}

/** A text that matches, as a part of a larger expectation. (vitest types it `any`.) */
export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
