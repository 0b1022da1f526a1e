import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'xen-backup-readme-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The TypeScript of the README, as a program that stands alone. */
async function compileExample(): Promise<string> {
  const [, example] = /```ts\n(.*?)```/s.exec(readFileSync('README.md', 'utf8')) ?? [];
  const outfile = join(folder, 'example.cjs');
  await build({
    stdin: {
      contents: `async function main() {${asBody(example ?? '')}}\nmain();`,
      resolveDir: resolve('.'),
      loader: 'ts',
    },
    alias: {
      'xen-backup/simulation': resolve('fakes/index.ts'),
      'xen-backup': resolve('src/index.ts'),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    external: ['*.node', 'cpu-features'],
    logLevel: 'error',
  });
  return outfile;
}

/** CommonJS has no top-level await: imports become requires inside a function. */
function asBody(example: string): string {
  return example.replaceAll(/^import (\{.*?\}) from ('.*?');$/gm, 'const $1 = await import($2);');
}

describe('the example of the README', () => {
  it('runs as it stands, and replicates the guest to both targets', async () => {
    const program = await compileExample();
    const { stdout } = await promisify(execFile)('node', [program]);
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toBe('0 2');
    expect(lines).toContain('dom0a create-snapshot');
  }, 60_000);
});
