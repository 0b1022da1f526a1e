import { errorNumber, errorText, type KernelError } from '../filesystem/errno.js';

/** What a process of rsync says went wrong, by rsync's own name for the process. */
export type RsyncRole = 'sender' | 'receiver' | 'generator';

/** `rsync: [receiver] mkstemp "/x/.a.Ab12Cd" failed: Read-only file system (30)`. */
export function systemError(role: RsyncRole, what: string, error: KernelError): string {
  return `rsync: [${role}] ${what}: ${errorText(error.errno)} (${errorNumber(error.errno)})\n`;
}

const meanings: Readonly<Record<number, string>> = {
  1: 'syntax or usage error',
  10: 'error in socket IO',
  11: 'error in file IO',
  12: 'error in rsync protocol data stream',
  19: 'received SIGUSR1',
  20: 'received SIGINT, SIGTERM, or SIGHUP',
  23: 'some files/attrs were not transferred (see previous errors)',
  24: 'some files vanished before they could be transferred',
  25: 'the --max-delete limit stopped deletions',
  30: 'timeout in data send/receive',
  127: 'remote command not found',
};

/** The last line of an rsync that ends with an error, as version 3.5.0 prints it. */
export function lastWords(code: number, place: string, role: RsyncRole): string {
  const level = code === 24 ? 'warning' : 'error';
  const meaning = meanings[code] ?? 'unexplained error';
  return `rsync ${level}: ${meaning} (code ${code}) at ${place} [${role}=3.5.0]\n`;
}

/** Places in rsync's source that its last words name. */
export const places = {
  end: 'main.c(1394)',
  input: 'io.c(285)',
  output: 'io.c(949)',
  receive: 'receiver.c(657)',
  signal: 'rsync.c(874)',
  signalInGenerator: 'io.c(586)',
  timeout: 'io.c(248)',
  usr1: 'main.c(1660)',
} as const;
