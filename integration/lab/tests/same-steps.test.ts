import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { differencesOf, storyByHost } from './event-lines.js';
import { bundleFile, useLab, xenBackup } from './use-lab.js';

const scenario = path.join(import.meta.dirname, 'pair.yaml');

async function simulated(...words: readonly string[]) {
  const argv = [bundleFile, '--simulate', scenario, ...words, '--json'];
  const { exitCode, stdout } = await execa(process.execPath, argv, { reject: false });
  return { exitCode, stdout };
}

/** The simulator is worth what it has in common with the real hosts. */
describe('the same guest on simulated and on real hosts', () => {
  useLab('same-steps.test.ts');

  test.each([
    ['dry run', ['run', 'dc1', '--dry-run']],
    ['run', ['run', 'dc1']],
    ['second run', ['run', 'dc1']],
  ] as const)('%s: the same steps, undos and outcomes', async (_name, words) => {
    const [imagined, real] = await Promise.all([
      simulated(...words),
      xenBackup('dom0a', ...words, '--json'),
    ]);
    const differences = differencesOf(storyByHost(imagined.stdout), storyByHost(real.stdout));
    console.log(`${String(differences.length)} differences\n${differences.join('\n')}`);
    expect(differences).toEqual([]);
    expect(storyByHost(real.stdout).get('dom0b')?.length).toBeGreaterThan(5);
    expect(real.exitCode).toBe(imagined.exitCode);
  });
});
