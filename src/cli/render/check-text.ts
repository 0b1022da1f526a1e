import { type CheckReport, type Finding, formatDuration } from '../../core/index.js';
import { type Line, styled, tableLines, type TextStyle } from '../text/index.js';

/** The findings of `check`: a line each, and below a problem what to do about it. */
export function checkLines({ findings, exitCode, durationMs }: CheckReport): readonly Line[] {
  const counts = (['OK', 'WARN', 'FAIL'] as const).map((level) => {
    const count = findings.filter((finding) => finding.level === level).length;
    return `${count} ${level}`;
  });
  const summary = `: ${counts.join(', ')}; ${formatDuration(durationMs)}; exit ${exitCode}`;
  return [...tableLines(findings.flatMap(findingRows)), '', [styled('bold', 'check'), summary]];
}

const styles: Readonly<Record<Finding['level'], TextStyle>> = {
  OK: 'green',
  WARN: 'yellow',
  FAIL: 'red',
};

function findingRows(finding: Finding): readonly (readonly Line[])[] {
  const { level, subject, message } = finding;
  const row = [[styled(styles[level], level)], subject, message];
  return finding.level === 'OK' ? [row] : [row, ['', '', `-> ${finding.remedy}`]];
}
