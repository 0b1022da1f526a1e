import { expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { CommandLine } from './harness.js';

const commands = [
  [],
  ['run'],
  ['plan'],
  ['capture'],
  ['check'],
  ['recover'],
  ['domain'],
  ['gate'],
  ['hook'],
  ['config'],
  ['config', 'check'],
  ['config', 'show'],
  ['config', 'schema'],
  ['config', 'init'],
  ['config', 'import'],
];

it.each(commands.map((words) => [words.join(' '), words] as const))(
  'help on "%s" is as it was',
  async (name, words) => {
    const { exitCode, stdout, stderr } = await new CommandLine().run(...words, '--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const file = `__snapshots__/help${name === '' ? '' : `-${name.replace(' ', '-')}`}.txt`;
    await expect(stdout).toMatchFileSnapshot(file);
  },
);

it('help fits into 80 columns', async () => {
  for (const words of commands) {
    const { stdout } = await new CommandLine().run(...words, '--help');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  }
});

it('prints the version that package.json says', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect((await new CommandLine().run('--version')).stdout).toBe(`${version}\n`);
});
