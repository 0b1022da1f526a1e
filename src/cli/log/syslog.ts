import { spawn } from 'node:child_process';
import { printable } from '../../core/index.js';
import { type LogLevel, type LogRecord, type LogSink, severities } from './record.js';

const facilityNumbers = {
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  cron: 9,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;

export type SyslogFacility = keyof typeof facilityNumbers;

/** Facilities that `--syslog` takes. */
export const syslogFacilities = Object.keys(facilityNumbers).filter(isFacility);

/** What the 2009 script used. */
export const defaultFacility: SyslogFacility = 'local3';

export function isFacility(text: string): text is SyslogFacility {
  return Object.hasOwn(facilityNumbers, text);
}

/** syslog, and its end: everything written has been handed over when `close` returns. */
export interface Syslog extends LogSink {
  close(): Promise<void>;
}

export interface SyslogInit {
  readonly facility: SyslogFacility;
  readonly levels: ReadonlySet<LogLevel>;
  /** Told once when syslog cannot be reached; the run goes on without it. */
  readonly onFailure: (reason: string) => void;
  /** Default `logger`, util-linux's. */
  readonly program?: string;
}

const closeTimeoutMs = 5_000;

/**
 * One `logger` for the whole life of the program, fed by a pipe: a process for each line took most
 * of the 2009 script's time (measured: 104 s around an rsync of 16 s).
 */
export function startSyslog(init: SyslogInit): Syslog {
  const { facility, levels, onFailure, program = 'logger' } = init;
  let failed = false;
  const fail = (reason: string): void => {
    if (!failed) onFailure(reason);
    failed = true;
  };
  const child = spawn(program, ['--prio-prefix', '--tag', 'xen-backup', '-p', `${facility}.info`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A Ctrl-C at the terminal must not end it before what follows has been logged.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      fail(`${program} could not be started: ${error.message}`);
      resolve();
    });
    child.once('exit', (exitCode) => {
      if (exitCode !== 0) fail(`${program} ended with exit code ${String(exitCode)}`);
      resolve();
    });
  });
  child.stdin.on('error', (error) => {
    fail(`${program} takes no more lines: ${error.message}`);
  });
  return {
    write: (record) => {
      if (failed || !levels.has(record.level)) return;
      child.stdin.write(
        `<${facilityNumbers[facility] * 8 + severities[record.level]}>${syslogText(record)}\n`,
      );
    },
    close: async () => {
      child.stdin.end();
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
      }, closeTimeoutMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** One line, whatever the message contains. */
function syslogText({ runId, message, remedy, code }: LogRecord): string {
  const run = runId === undefined ? '' : `${runId}: `;
  const why = code === undefined ? '' : ` [${code}]`;
  const what = message.split('\n').join('; ');
  return printable(`${run}${what}${why}${remedy === undefined ? '' : ` (${remedy})`}`);
}
