import { errorCatalogue } from '../../src/index.js';
import type { RunReport } from '../../src/index.js';
import type { Ending } from './life.js';

/** One thing that the program said went wrong. */
interface Trouble {
  readonly where: string;
  readonly code: string;
  readonly reason: string;
}

/** Whether a program that ended by itself ended as the reference says. */
export function judgeEnding(ending: Ending, allowed: readonly number[]): readonly string[] {
  switch (ending.kind) {
    case 'died':
      return [];
    case 'endless':
      return [`it never ended: ${ending.reason}`];
    case 'threw':
      return [`it threw: ${String(ending.error)}`];
    case 'ended':
      return judgeReport(ending.report, allowed);
  }
}

function judgeReport(report: RunReport, allowed: readonly number[]): readonly string[] {
  const { exitCode } = report;
  const troubles = troublesOf(report);
  const found = troubles.flatMap(judgeTrouble);
  if (!allowed.includes(exitCode)) {
    found.push(`exit code ${String(exitCode)}, expected ${allowed.join(' or ')}`);
  }
  if (exitCode !== 0 && exitCode < 128 && troubles.length === 0 && report.residue.length === 0) {
    found.push(`exit code ${String(exitCode)} and not a word why`);
  }
  if (exitCode === 0 && (troubles.length > 0 || report.residue.length > 0)) {
    found.push('exit code 0 although something failed');
  }
  return found;
}

/** A code of the catalogue that is no defect of ours, and words for the operator. */
function judgeTrouble({ where, code, reason }: Trouble): readonly string[] {
  if (code === 'internal') return [`${where}: a defect: ${reason}`];
  if (!Object.hasOwn(errorCatalogue, code)) return [`${where}: unknown code ${code}`];
  return reason.trim() === '' ? [`${where}: ${code} without a reason`] : [];
}

function troublesOf({ guests }: RunReport): readonly Trouble[] {
  return guests.flatMap((guest) => [
    ...(guest.outcome === 'failed' || guest.outcome === 'busy'
      ? [trouble(guest.guest, guest)]
      : []),
    ...guest.targets.flatMap((target) =>
      target.outcome === 'done' || target.outcome === 'unchanged'
        ? []
        : [trouble(`${guest.guest} on ${target.host}`, target)],
    ),
  ]);
}

function trouble(
  where: string,
  { code, reason = '' }: { readonly code?: string; readonly reason?: string },
): Trouble {
  return { where, code: code ?? 'none', reason };
}
