import { spawnSync } from 'node:child_process';

const environment = { ...process.env, LC_ALL: 'C', LVM_SUPPRESS_FD_WARNINGS: '1' };

/** Runs a tool of the host; fails with its words. Output as bytes in a latin1 string. */
export function command(file: string, ...args: string[]): string {
  const result = spawnSync(file, args, {
    encoding: 'latin1',
    env: environment,
    maxBuffer: 256 * 1024 * 1024,
    timeout: 120_000,
  });
  if (result.status !== 0) {
    throw new Error(`${file} ${args.join(' ')}: exit ${result.status ?? 'none'}: ${result.stderr}`);
  }
  return result.stdout;
}

export function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
