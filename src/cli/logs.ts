import type { XenBackupError } from '../core/index.js';
import { type GlobalOptions, verbosityOf } from './global-options.js';
import { createJsonLog } from './log/json-log.js';
import {
  levelsUpTo,
  type LogLevel,
  type LogRecord,
  type LogSink,
  recordOfError,
  severities,
} from './log/record.js';
import { startSyslog, type Syslog } from './log/syslog.js';
import { createTextLog } from './log/text-log.js';
import { errorLines } from './show-error.js';
import type { Screen } from './terminal/screen.js';
import { renderLines } from './text/index.js';
import type { Verbosity } from './verbosity.js';

/** All logs of one invocation. */
export interface Logs extends LogSink {
  /** An error that ended the command. */
  reportError(error: XenBackupError): void;
  /** Hands over what was written. */
  close(): Promise<void>;
}

/** stderr in the form that was asked for, and syslog where it was asked for. */
export function createLogs(screen: Screen, globals: GlobalOptions): Logs {
  const verbosity = verbosityOf(globals);
  const stderr = stderrLog(screen, globals.logFormat, verbosity);
  const syslog = openSyslog(globals, verbosity, stderr);
  return {
    write: (record) => {
      stderr.write(record);
      syslog?.write(record);
    },
    reportError: (error) => {
      if (globals.logFormat === 'json') stderr.write(recordOfError(error));
      else screen.error(errorText(screen, error, verbosity));
      syslog?.write(recordOfError(error));
    },
    close: async () => {
      await syslog?.close();
    },
  };
}

function stderrLog(screen: Screen, format: 'text' | 'json', verbosity: Verbosity): LogSink {
  const write = (text: string): void => {
    screen.error(text);
  };
  if (format === 'json') return createJsonLog({ write, levels: levelsUpTo(jsonLevels[verbosity]) });
  const levels = levelsUpTo('warning');
  return createTextLog({
    write,
    colours: screen.errorColours,
    // What is not a problem is told by plain lines or the live display.
    levels: verbosity === 'commands' ? new Set<LogLevel>([...levels, 'trace']) : levels,
    prefix: screen.terminal.stderrIsJournal ? 'journal' : 'none',
    details: verbosity === 'verbose' || verbosity === 'commands' ? 'told' : 'left-out',
  });
}

const jsonLevels: Readonly<Record<Verbosity, LogLevel>> = {
  quiet: 'warning',
  normal: 'info',
  verbose: 'debug',
  commands: 'trace',
};

function openSyslog(
  { syslog: facility }: GlobalOptions,
  verbosity: Verbosity,
  stderr: LogSink,
): Syslog | undefined {
  if (facility === undefined) return undefined;
  return startSyslog({
    facility,
    // -q is about mail from cron, not about what can be looked up later.
    levels: levelsUpTo(verbosity === 'quiet' ? 'info' : jsonLevels[verbosity]),
    onFailure: (reason) => {
      const record: LogRecord = { level: 'warning', message: `no syslog: ${reason}` };
      stderr.write(record);
    },
  });
}

function errorText(screen: Screen, error: XenBackupError, verbosity: Verbosity): string {
  const text = renderLines(errorLines(error, verbosity), screen.errorColours);
  if (!screen.terminal.stderrIsJournal) return text;
  return text.replaceAll(/^(?=.)/gm, `<${severities.error}>`);
}
