import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { ExecResult } from './exec-result.js';

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface HereOptions {
  readonly input?: string;
  /** Beside PATH and the locale. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a command of this machine, by other means than the runners under test. */
export function tryHere(argv: readonly string[], options: HereOptions = {}): ExecResult {
  const [file = '', ...args] = argv;
  const result = spawnSync(file, args, {
    env: { PATH: path, LC_ALL: 'C', ...options.environment },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  if (result.error !== undefined) throw result.error;
  return { exitCode: result.status ?? 255, stdout: result.stdout, stderr: result.stderr };
}

/** The same for a command that must succeed. @returns its stdout. */
export function here(argv: readonly string[], options: HereOptions = {}): string {
  const { exitCode, stdout, stderr } = tryHere(argv, options);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${exitCode} ${stderr}`);
  return stdout;
}

/** {@link tryHere} in the form in which a peer runs commands. */
export async function execHere(argv: readonly string[]): Promise<ExecResult> {
  return tryHere(argv);
}

/** A file that no compression or sparseness can make small. */
export function writeRandomFile(file: string, sizeMiB: number): void {
  writeFileSync(file, randomBytes(sizeMiB * 1024 * 1024));
}
