import { type ErrorCode, toXenBackupError, XenBackupError } from '../../src/core/errors/index.js';
import type { Command } from '../../src/ports/index.js';

/** The errors a {@link HostRunner} documents, for one host. */
export class RunnerErrors {
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
  }

  unreachable(): XenBackupError {
    const message = `${this.#host} does not answer any more`;
    return new XenBackupError('host-unreachable', { message, details: { host: this.#host } });
  }

  closed(): XenBackupError {
    const message = `the connections to ${this.#host} were closed`;
    return new XenBackupError('host-unreachable', { message, details: { host: this.#host } });
  }

  /** With a cause, the host could not be asked whether a command is dead. */
  notClosed(errors: readonly unknown[]): XenBackupError {
    const all = errors.map((error) => toXenBackupError(error));
    const alive = all.filter(({ cause }) => cause === undefined);
    const told = alive.length > 0 ? alive : all;
    return new XenBackupError(alive.length > 0 ? 'command-stop-unproven' : 'host-unreachable', {
      message: told.map(({ message }) => message).join('; '),
      details: { host: this.#host },
      cause: told[0],
    });
  }

  notInstalled(command: Command): XenBackupError {
    const message = `${command.argv[0]} is not installed on ${this.#host}`;
    return this.#error('command-not-found', command, message);
  }

  timedOut(command: Command, timeoutMs: number): XenBackupError {
    const message = `${command.argv[0]} on ${this.#host} did not end within ${timeoutMs} ms`;
    return this.#error('command-timed-out', command, message);
  }

  tooLarge(command: Command, maxBytes: number): XenBackupError {
    const message = `${command.argv[0]} on ${this.#host} printed more than ${maxBytes} bytes`;
    return this.#error('command-output-too-large', command, message);
  }

  noInput(command: Command): XenBackupError {
    const message = `${command.argv[0]} on ${this.#host} takes no more input`;
    return this.#error('command-failed', command, message);
  }

  unproven(command: Command, processId: number, cause?: unknown): XenBackupError {
    const what = `${command.argv[0]} on ${this.#host} (process ${processId})`;
    const message = `${what} could not be proven dead`;
    return this.#error('command-stop-unproven', command, message, cause);
  }

  #error(code: ErrorCode, command: Command, message: string, cause?: unknown): XenBackupError {
    const details = { host: this.#host, argv: command.argv };
    return new XenBackupError(code, {
      message,
      details,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
