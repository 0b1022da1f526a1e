import { describe, expect, it } from 'vitest';
import { CommandLine, threeHosts } from './harness.js';

const death = 'faults: [{ step: mount, host: dom0b, when: after, effect: { die: true } }]';
const words = ['--simulate', 's.yaml', '--world', 'world.json'];

describe('--world', () => {
  it('keeps what a killed run left, for recover, and for the next run', async () => {
    const line = new CommandLine({ files: { 's.yaml': `${threeHosts}\n${death}\n` } });
    expect((await line.run(...words, 'run', 'dc1')).exitCode).toBe(137);

    const recovered = await line.run(...words, 'recover');
    expect(recovered.exitCode).toBe(0);
    expect(recovered.stdout).toContain('- unmount');
    expect(recovered.stderr).toMatch(/dom0b: took down what an interrupted run left/);

    const again = await line.run(...words, 'run', 'dc1');
    expect(again.stderr).toBe('');
    expect(again.exitCode).toBe(0);
    expect(again.stdout).not.toContain('took down');
  });

  it('is cleaned up by the next run without recover', async () => {
    const line = new CommandLine({ files: { 's.yaml': `${threeHosts}\n${death}\n` } });
    await line.run(...words, 'run', 'dc1');
    const again = await line.run(...words, 'run', 'dc1');
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain('took down what an interrupted run left');
  });

  it('is not needed: without it every invocation begins with the scenario', async () => {
    const line = new CommandLine();
    const first = await line.run('--simulate', 'three-hosts.yaml', 'run', 'dc1');
    const second = await line.run('--simulate', 'three-hosts.yaml', 'run', 'dc1');
    const last = (text: string) => text.split('\n').filter((row) => row.includes('generation'));
    expect(last(second.stdout)).toEqual(last(first.stdout));
  });
});
