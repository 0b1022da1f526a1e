import { XenBackupError } from '../../core/errors/index.js';

const harmless = /^[A-Za-z0-9_/.,:@+-]+$/;

// Words that a shell takes for its own where a command may stand. (All others contain characters
// that are quoted anyway.)
const reserved = new Set(
  'case coproc do done elif else esac fi for function if in select then time until while'.split(
    ' ',
  ),
);

/**
 * One argument for a POSIX shell: the shell hands exactly these bytes on. The only place where
 * text is made safe for a shell; wherever argv is possible, argv is used instead.
 *
 * Holds for sh, dash, bash, ksh, zsh and busybox; not for csh and fish.
 *
 * @throws `internal` for text with NUL, which no argument can contain.
 */
export function quoteArgument(argument: string): string {
  if (argument.includes('\0')) {
    throw new XenBackupError('internal', { message: 'an argument cannot contain NUL' });
  }
  if (harmless.test(argument) && !reserved.has(argument)) return argument;
  // Nothing is special between single quotes, except the single quote.
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

/** A whole argument vector as one shell command. @throws `internal` as {@link quoteArgument}. */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map(quoteArgument).join(' ');
}
