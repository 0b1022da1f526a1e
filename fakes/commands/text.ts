import { type Errno, errorText, KernelError } from '../filesystem/errno.js';
import { type CommandOutcome, failed } from './types.js';

/**
 * A name as coreutils print it in messages under LC_ALL=C: in single quotes, with the shell's own
 * escapes where it needs them.
 */
export function quoteName(name: string): string {
  if (!/[\0-\x1f\x7f']/.test(name)) return `'${name}'`;
  if (!/[\0-\x1f\x7f"$`\\!]/.test(name)) return `"${name}"`;
  const escaped = name.replaceAll(/[\0-\x1f\x7f]+|'/g, (part) =>
    part === "'" ? `'\\''` : `'$'${Array.from(part, escapeControl).join('')}''`,
  );
  return `'${escaped}'`;
}

function escapeControl(character: string): string {
  const short: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };
  const code = character.charCodeAt(0).toString(8).padStart(3, '0');
  return short[character] ?? `\\${code}`;
}

/** The words of a tool's own error line. */
export type Complaint = (reason: string, errno: Errno) => string;

/** What a command ends with when a system call fails: its own words, the kernel's reason. */
export function complain(error: unknown, complaint: Complaint, exitCode = 1): CommandOutcome {
  if (!(error instanceof KernelError)) throw error;
  return failed(exitCode, `${complaint(errorText(error.errno), error.errno)}\n`);
}

/** Runs an action for each operand; goes on after a failure, as coreutils do. */
export function forEachOperand(
  operands: readonly string[],
  action: (operand: string) => string,
  complaint: (operand: string) => Complaint,
): CommandOutcome {
  const outcomes = operands.map((operand): CommandOutcome => {
    try {
      return { exitCode: 0, stdout: action(operand), stderr: '' };
    } catch (error) {
      return complain(error, complaint(operand));
    }
  });
  return {
    exitCode: outcomes.some(({ exitCode }) => exitCode !== 0) ? 1 : 0,
    stdout: outcomes.map(({ stdout }) => stdout).join(''),
    stderr: outcomes.map(({ stderr }) => stderr).join(''),
  };
}
