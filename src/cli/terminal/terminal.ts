import type { Colours } from '../text/index.js';

/** A stream for people or programs. Writing never fails: whoever read it may be gone. */
export interface OutputStream {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Size of the terminal now; of a usual one where there is none. */
  readonly columns: number;
  readonly rows: number;
  /** Calls back when the size changes. @returns ends it. */
  onResize(callback: () => void): () => void;
}

/** Where the program speaks: injected, so that tests read it. */
export interface Terminal {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** stderr is the systemd journal: lines begin with `<priority>`. */
  readonly stderrIsJournal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whether a stream gets colours: a terminal that is not dumb, and NO_COLOR not set. */
export function coloursOf(stream: OutputStream, terminal: Terminal): Colours {
  const { NO_COLOR, TERM } = terminal.environment;
  // https://no-color.org: present and not empty, whatever its value.
  const refused = NO_COLOR !== undefined && NO_COLOR !== '';
  return stream.isTerminal && !refused && TERM !== 'dumb' ? 'colours' : 'no-colours';
}
