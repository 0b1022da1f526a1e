import type { CheckReport, Finding } from '../../core/index.js';
import { formatDuration, printable } from '../../core/index.js';

/** The findings of `check` as lines: problems with what to do about them. */
export function checkText({ findings, exitCode, durationMs }: CheckReport): string {
  const lines = findings.flatMap(findingLines);
  const count = (level: Finding['level']): number =>
    findings.filter((finding) => finding.level === level).length;
  const total = `${String(count('OK'))} OK, ${String(count('WARN'))} WARN, ${String(count('FAIL'))} FAIL`;
  return `${[...lines, `check: ${total}; ${formatDuration(durationMs)}; exit ${String(exitCode)}`].join('\n')}\n`;
}

function findingLines(finding: Finding): readonly string[] {
  const { level, subject, message } = finding;
  const line = `${level.padEnd(4)}  ${subject.padEnd(15)}  ${printable(message)}`;
  if (finding.level === 'OK') return [line];
  return [line, `${' '.repeat(23)}-> ${printable(finding.remedy)}`];
}
