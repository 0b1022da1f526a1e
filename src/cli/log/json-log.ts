import { pino } from 'pino';
import { escapeControls } from '../listeners/ndjson.js';
import type { LogLevel, LogSink } from './record.js';

export interface JsonLogInit {
  readonly write: (text: string) => void;
  readonly levels: ReadonlySet<LogLevel>;
}

const methods = {
  error: 'error',
  warning: 'warn',
  info: 'info',
  debug: 'debug',
  trace: 'trace',
} as const satisfies Record<LogLevel, string>;

/** A log line of JSON for each record: `{"level":"info","time":…,"msg":…}`. */
export function createJsonLog({ write, levels }: JsonLogInit): LogSink {
  const logger = pino(
    {
      level: 'trace',
      // Neither process id nor host name: what they would say is said by whoever collects logs.
      base: null,
      // A record of an event bears the time of the event, which is the run's own.
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line) => {
        write(escapeControls(line));
      },
    },
  );
  return {
    write: ({ level, message, time, ...fields }) => {
      if (!levels.has(level)) return;
      logger[methods[level]]({ time: time ?? new Date().toISOString(), ...fields }, message);
    },
  };
}
