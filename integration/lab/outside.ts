import { execa } from 'execa';
import { LabError } from './fail.js';

export interface OutsideOptions {
  readonly timeoutMs?: number;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Exit codes that are an answer, not a failure. */
  readonly accept?: readonly number[];
}

export interface OutsideResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command on the outer machine and fails with its words when it fails. */
export async function outside(
  argv: readonly [string, ...string[]],
  options: OutsideOptions = {},
): Promise<OutsideResult> {
  const [file, ...args] = argv;
  const result = await execa(file, args, {
    reject: false,
    timeout: options.timeoutMs ?? 120_000,
    maxBuffer: 256 * 1024 * 1024,
    env: { LC_ALL: 'C', LVM_SUPPRESS_FD_WARNINGS: '1', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.stdin === undefined ? { stdin: 'ignore' as const } : { input: options.stdin }),
  });
  const exitCode = result.exitCode ?? -1;
  if (exitCode === 0 || options.accept?.includes(exitCode) === true) {
    return { exitCode, stdout: result.stdout, stderr: result.stderr };
  }
  const reason = result.timedOut
    ? `took longer than ${options.timeoutMs ?? 120_000} ms`
    : `exit ${result.exitCode ?? result.signal ?? result.code ?? 'unknown'}`;
  throw new LabError(
    `${argv.join(' ')}: ${reason}\n${lastLines(result.stderr || result.stdout, 20)}`,
  );
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
