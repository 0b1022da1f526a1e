import {
  formatBytes,
  formatDuration,
  type GuestReport,
  type RunReport,
  type TargetReport,
} from '../../core/index.js';
import { indent, type Line, type Span, styled, tableLines, type TextStyle } from '../text/index.js';
import { counted, stageTexts, withoutHost } from './words.js';

/** The end of a run for people: each guest, each target, and what is left behind. */
export function reportLines(report: RunReport): readonly Line[] {
  return [
    ...report.guests.flatMap((guest) => guestLines(guest, report.command)),
    ...residueLines(report.residue),
    summaryLine(report),
  ];
}

/** `replicated from dom0a`, `skipped: it is shut off on dom0a`, `FAILED: …`. */
export function outcomeSpans({ outcome, source, reason }: GuestReport): readonly Span[] {
  const because = reason === undefined ? '' : `: ${reason}`;
  switch (outcome) {
    case 'done':
      return [styled('green', 'ok'), source === undefined ? '' : `, source ${source}`];
    case 'skipped':
      return [styled('yellow', 'skipped'), because];
    case 'busy':
      return [styled('yellow', 'busy'), because];
    case 'failed':
      return [styled('red', 'FAILED'), because];
  }
}

function guestLines(guest: GuestReport, command: RunReport['command']): readonly Line[] {
  const told = withoutRepetition(guest);
  const title: Line = [styled('bold', guest.guest), '  ', ...outcomeSpans(told), ...extras(guest)];
  const remedy = told.remedy === undefined ? [] : [`  ${told.remedy}`];
  return [title, ...remedy, ...indent(targetLines(guest.targets, command), 2)];
}

/** A guest that failed because of a target repeats its reason, which stands below anyway. */
export function withoutRepetition(guest: GuestReport): GuestReport {
  const cause = guest.targets.find(({ host, reason }) => {
    return reason !== undefined && guest.reason === `${host}: ${reason}`;
  });
  if (cause === undefined) return guest;
  const { remedy: _remedy, ...rest } = guest;
  return { ...rest, reason: `target ${cause.host}` };
}

function extras(guest: GuestReport): readonly Span[] {
  const parts = [
    ...(guest.durationMs > 0 ? [formatDuration(guest.durationMs)] : []),
    ...(guest.snapshotPeakShare === undefined
      ? []
      : [`snapshot used at most ${formatShare(guest.snapshotPeakShare)}`]),
    ...(guest.proposedSnapshotSize === undefined
      ? []
      : [`snapshotSize: ${guest.proposedSnapshotSize} is proposed`]),
    ...(guest.pauseMs === undefined
      ? []
      : [
          `${guest.consistency === 'freeze' ? 'frozen' : 'paused'} for ${formatDuration(guest.pauseMs)}`,
        ]),
  ];
  return parts.length === 0 ? [] : [styled('dim', `  (${parts.join(', ')})`)];
}

function targetLines(
  targets: readonly TargetReport[],
  command: RunReport['command'],
): readonly Line[] {
  return [
    ...tableLines(targets.map((target) => targetRow(target, command))),
    ...targets.flatMap(({ host, outcome, reason, remedy }) => {
      if (outcome === 'done' || reason === undefined) return [];
      return [
        `${host}: ${withoutHost(reason, host)}`,
        ...(remedy === undefined ? [] : [`  ${remedy}`]),
      ];
    }),
  ];
}

const outcomeStyles: Readonly<Record<TargetReport['outcome'], TextStyle>> = {
  done: 'green',
  unchanged: 'green',
  failed: 'red',
  refused: 'red',
  busy: 'yellow',
};

function targetRow(target: TargetReport, command: RunReport['command']): readonly Line[] {
  const { host, outcome, files, bytes, deletions, generation, standby, stages } = target;
  const copied =
    command === 'plan'
      ? ''
      : `${counted(files, 'file')}, ${formatBytes(bytes)}, ${counted(deletions, 'deletion')}`;
  return [
    host,
    [styled(outcomeStyles[outcome], outcome)],
    command === 'dry-run' && outcome === 'done' ? `would copy ${copied}` : copied,
    standby === 'torn'
      ? [styled('red', 'standby torn')]
      : generation === undefined
        ? ''
        : `generation ${generation}`,
    [styled('dim', stageDurations(stages))],
  ];
}

function stageDurations(stages: TargetReport['stages']): string {
  return Object.entries(stages)
    .map(([stage, durationMs]) => `${stageName(stage)} ${formatDuration(durationMs)}`)
    .join(', ');
}

function stageName(stage: string): string {
  return new Map<string, string>(Object.entries(stageTexts)).get(stage) ?? stage;
}

function residueLines(residue: readonly string[]): readonly Line[] {
  if (residue.length === 0) return [];
  return [[styled('red', 'left behind, see xen-backup recover:')], ...indent(residue, 2)];
}

const commandTitles: Readonly<Record<RunReport['command'], string>> = {
  run: 'run',
  'dry-run': 'dry run (nothing was changed)',
  plan: 'plan (nothing was copied)',
  recover: 'recover',
};

function summaryLine({ command, runId, guests, durationMs, exitCode }: RunReport): Line {
  const outcomes = (['done', 'skipped', 'busy', 'failed'] as const).flatMap((outcome) => {
    const count = guests.filter((guest) => guest.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${outcome}`];
  });
  const parts = [
    ...(outcomes.length === 0 ? [] : [outcomes.join(', ')]),
    formatDuration(durationMs),
    `exit ${exitCode}`,
  ];
  return [styled('bold', `${commandTitles[command]} ${runId}`), `: ${parts.join('; ')}`];
}

/** `0.4 %`, `37 %`. */
function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}
