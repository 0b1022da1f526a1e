import { fstatSync } from 'node:fs';
import { isatty, type WriteStream } from 'node:tty';
import type { OutputStream, Terminal } from './terminal.js';

/** The streams of this process. */
export function processTerminal(): Terminal {
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    stderrIsJournal: isJournal(process.env['JOURNAL_STREAM'], 2),
    environment: process.env,
  };
}

/** Also of terminals that say 0: nobody has told them. */
const usual = { columns: 80, rows: 24 };

function outputOf(stream: WriteStream & { readonly fd: number }): OutputStream {
  const isTerminal = isatty(stream.fd);
  // `xen-backup plan | head`: the reader is gone, and a run must still take everything down.
  stream.on('error', () => undefined);
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal,
    get columns() {
      return isTerminal ? stream.columns || usual.columns : usual.columns;
    },
    get rows() {
      return isTerminal ? stream.rows || usual.rows : usual.rows;
    },
    onResize: (callback) => {
      stream.on('resize', callback);
      return () => {
        stream.off('resize', callback);
      };
    },
  };
}

/** systemd.exec(5): JOURNAL_STREAM is `device:inode` of the journal's socket. */
function isJournal(journalStream: string | undefined, descriptor: number): boolean {
  if (journalStream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return journalStream === `${dev}:${ino}`;
  } catch {
    // The descriptor is closed, so it is not the journal.
    return false;
  }
}
