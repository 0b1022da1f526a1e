import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { commandEnvironment } from '../adapters/shared/command-environment.js';
import type { ExitCode } from './exit-codes.js';

/** What sshd gives a forced command, and what such a command does with it. */
export interface ForcedCommand {
  /** What the other side wanted to run; `undefined` when it wanted to log in. */
  readonly wanted: string | undefined;
  /** Where it comes from. */
  readonly address: string;
  /** Runs a command with this process's own input and output. @returns its exit code. */
  execute(argv: readonly string[]): Promise<ExitCode>;
  /** Tells the host's log of what was refused. Resolves when it was told, or cannot be. */
  warn(text: string): Promise<void>;
}

/** This process as sshd started it. */
export function forcedCommand(environment: NodeJS.ProcessEnv): ForcedCommand {
  const wanted = environment['SSH_ORIGINAL_COMMAND'];
  return {
    wanted,
    address: environment['SSH_CONNECTION']?.split(' ')[0] ?? 'an unknown address',
    execute: (argv) => execute(argv, environment),
    warn: (text) => log(text),
  };
}

/** In a session of its own: xen-backup ends commands by their session. */
async function execute(
  [tool = '', ...rest]: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<ExitCode> {
  const child = spawn(tool, rest, {
    stdio: 'inherit',
    detached: true,
    env: { ...environment, ...commandEnvironment },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function log(text: string): Promise<void> {
  const logger = spawn('logger', ['-p', 'auth.warning', '-t', 'xen-backup-gate', '--', text], {
    stdio: 'ignore',
  });
  return new Promise((resolve) => {
    // A host without a log refuses all the same.
    logger.once('error', () => {
      resolve();
    });
    logger.once('exit', () => {
      resolve();
    });
  });
}
