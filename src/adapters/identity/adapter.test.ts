import { describe, expect, it } from 'vitest';
import type { CommandRunner } from '../../ports/index.js';
import { createLocalRunner } from '../local/index.js';
import { createHostIdentityReader } from './adapter.js';

const hostName = 'dom0a';

function answering(stdout: string): CommandRunner {
  return {
    run: async ({ argv }) => ({ argv, exitCode: 0, stdout, stderr: '', durationMs: 1 }),
    start: () => Promise.reject(new Error('not used here')),
  };
}

describe('host identity', () => {
  it('is the same each time it is read on one machine', async () => {
    const reader = createHostIdentityReader({ runner: createLocalRunner({ hostName }), hostName });
    const identity = await reader.read();
    expect(identity.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(identity.nodeName).not.toBe('');
    expect(await reader.read()).toEqual(identity);
  });

  it.each([
    '',
    '\n',
    'cat: not here\n',
    '5c0d7c2e-0000-4000-8000-123456789abc\n',
    '5c0d7c2e-0000-4000-8000-123456789abc\nnode\nmore\n',
  ])('does not guess from %j', async (stdout) => {
    const reader = createHostIdentityReader({ runner: answering(stdout), hostName });
    await expect(reader.read()).rejects.toMatchObject({ code: 'output-unexpected' });
  });
});
