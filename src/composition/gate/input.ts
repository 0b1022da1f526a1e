import { quoteArgument } from '../../adapters/shared/quote.js';
import type { GateInput } from './rule.js';
import { ShellPatterns } from './shell.js';

/** Longest input that is checked: a table of some hundred segments. */
const maxInputBytes = 65_536;

/**
 * A script that runs the command in its arguments with the input it may have. It comes behind the
 * start script: nobody sends input before that has said that it runs.
 */
export function inputScript(input: GateInput): string {
  const give = (text: string): string => `exec "$@" <<XEN_BACKUP_END\n${text}\nXEN_BACKUP_END\n`;
  // What follows the last newline of a here-document is its end.
  if (input.kind === 'fixed') {
    // A here-document has at least one line.
    if (input.text === '') return '\nexec "$@" </dev/null\n';
    return `\ntext=${quoteArgument(input.text.replace(/\n$/, ''))}\n${give('$text')}`;
  }
  const shell = new ShellPatterns();
  const command = shell.command(input.pattern);
  return `
LC_ALL=C
export LC_ALL
${shell.definitions()}
newline='
'
rest=$(head -c ${String(maxInputBytes + 1)}; echo x)
rest=\${rest%x}
text=\${rest%"$newline"}
${command} && [ -z "$rest" ] || {
  echo 'xen-backup-gate: refused: this input is not let through' >&2
  exit 126
}
${give('$text')}`;
}
