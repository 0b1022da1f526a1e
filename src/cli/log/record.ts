import type { XenBackupError } from '../../core/index.js';

export const logLevels = ['error', 'warning', 'info', 'debug', 'trace'] as const;

/** `trace`: each command on each host. */
export type LogLevel = (typeof logLevels)[number];

/** One thing to be logged. */
export interface LogRecord {
  readonly level: LogLevel;
  /** May contain text of foreign origin: whoever prints it escapes it. */
  readonly message: string;
  readonly remedy?: string;
  /** For those who want to know more. */
  readonly details?: readonly string[];
  /** Error code. */
  readonly code?: string;
  /** ISO 8601; absent for what belongs to no run. */
  readonly time?: string;
  readonly runId?: string;
  readonly guest?: string;
  readonly host?: string;
  /** Type of the event behind it. */
  readonly event?: string;
}

/** Where log records go. */
export interface LogSink {
  write(record: LogRecord): void;
}

/** Levels at least as grave as one. */
export function levelsUpTo(level: LogLevel): ReadonlySet<LogLevel> {
  return new Set(logLevels.slice(0, logLevels.indexOf(level) + 1));
}

/** An error as something to be logged. */
export function recordOfError({ message, remedy, code }: XenBackupError): LogRecord {
  return { level: 'error', message, remedy, code };
}

/** syslog's number of a level: sd-daemon(3) and RFC 5424 agree on them. */
export const severities: Readonly<Record<LogLevel, number>> = {
  error: 3,
  warning: 4,
  info: 6,
  debug: 7,
  trace: 7,
};
