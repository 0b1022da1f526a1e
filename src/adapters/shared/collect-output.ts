import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { Argv } from '../../ports/index.js';
import { deferred } from './deferred.js';
import type { LaunchedProcess } from './launcher.js';
import { BoundedOutput } from './output.js';
import { printable } from './printable.js';
import { bytesOf } from './text-stream.js';

/** How waiting for a process ended: by itself, or because it must be stopped now. */
export type Ending =
  | {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: 'beyond-limit'; readonly error: XenBackupError };

export interface CollectLimits {
  readonly timeoutMs: number;
  /** Per stream. */
  readonly maxOutputBytes: number;
}

/**
 * Reads all output of a process until it ends, or until a limit is passed. It stops nothing.
 *
 * @throws what `process.exit` rejects with (`host-unreachable`).
 */
export async function collectOutput(
  host: HostName,
  argv: Argv,
  process: LaunchedProcess,
  limits: CollectLimits,
): Promise<Ending> {
  const stdout = new BoundedOutput(limits.maxOutputBytes);
  const stderr = new BoundedOutput(limits.maxOutputBytes);
  const { promise: beyondLimit, resolve: exceed } = deferred<Ending>();
  const beyond = (code: LimitCode, what: string): void => {
    exceed({ kind: 'beyond-limit', error: limitError(host, argv, code, what) });
  };
  const into = (output: BoundedOutput) => (chunk: unknown) => {
    if (output.add(bytesOf(chunk)) === 'fits') return;
    beyond('command-output-too-large', `printed more than ${limits.maxOutputBytes} bytes`);
  };
  process.stdout.on('data', into(stdout));
  process.stderr.on('data', into(stderr));
  const timer = setTimeout(() => {
    beyond('command-timed-out', `did not end within ${limits.timeoutMs} ms`);
  }, limits.timeoutMs);
  const ended = process.exit.then(
    (exitCode): Ending => ({
      kind: 'ended',
      exitCode,
      stdout: stdout.text(),
      stderr: stderr.text(),
    }),
  );
  try {
    return await Promise.race([ended, beyondLimit]);
  } finally {
    clearTimeout(timer);
  }
}

type LimitCode = 'command-timed-out' | 'command-output-too-large';

/** The error for a command that went beyond one of its limits. */
export function limitError(
  host: HostName,
  argv: Argv,
  code: LimitCode,
  what: string,
): XenBackupError {
  return new XenBackupError(code, {
    message: `${argv[0]} on ${host} ${what} and was stopped`,
    details: { host, argv: argv.map((part) => printable(part)) },
  });
}
