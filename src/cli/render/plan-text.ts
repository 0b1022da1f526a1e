import {
  type GuestPlan,
  type GuestReport,
  type HostName,
  inverse,
  type TargetPlan,
  type Undo,
} from '../../core/index.js';
import { indent, type Line, styled } from '../text/index.js';
import { outcomeSpans, withoutRepetition } from './report-text.js';
import { notCopiedLines, transferLines } from './transfer-text.js';
import { mountLines, treeLines } from './tree-text.js';
import { sayStep, sayUndo, withoutHost } from './words.js';

/** What a plan found of one guest: its report, and the plan when its source could be opened. */
export interface PlannedGuest {
  readonly report: GuestReport;
  readonly plan?: GuestPlan;
}

/** A plan for people. */
export function planLines(guests: readonly PlannedGuest[]): readonly Line[] {
  return guests.flatMap((guest, index) => [...(index === 0 ? [] : ['']), ...guestLines(guest)]);
}

function guestLines({ report: whole, plan }: PlannedGuest): readonly Line[] {
  const report = withoutRepetition(whole);
  const title: Line = [styled('bold', `guest ${report.guest}`), '  ', ...outcomeSpans(report)];
  const remedy = report.remedy === undefined ? [] : [`  ${report.remedy}`];
  if (plan === undefined) return [title, ...remedy];
  return [title, ...remedy, ...indent(openedLines(plan), 2)];
}

function openedLines(plan: GuestPlan): readonly Line[] {
  return [
    ...section(`source ${plan.source}`, [
      ...treeLines(plan.tree, plan.mounts, 'with-maps'),
      '',
      ...mountLines(plan.mounts),
    ]),
    ...plan.targets.flatMap((target) => targetLines(target, plan)),
    ...section('not copied', notCopiedLines(plan.notCopied)),
    ...section('steps', stepLines(plan)),
    ...section('teardown (each host: its steps in exact reverse)', undoLines(plan)),
  ];
}

function targetLines(target: TargetPlan, plan: GuestPlan): readonly Line[] {
  const { refusal, transfers, tree } = target;
  const devices = tree === undefined ? [] : treeLines(tree, plan.mounts, 'with-maps');
  const copies =
    transfers.length === 0
      ? []
      : [[styled('bold', 'transfers')] as const, ...transferLines(transfers)];
  const refused: readonly Line[] =
    refusal === undefined
      ? []
      : [
          [styled('red', `cannot be served: ${withoutHost(refusal.reason, target.host)}`)],
          ...(refusal.remedy === undefined ? [] : [refusal.remedy]),
        ];
  const torn: readonly Line[] =
    target.standby === 'torn'
      ? [[styled('red', 'its standby is torn: a run did not end well; the next one repairs it')]]
      : [];
  const parts = [torn, devices, copies, refused].filter((part) => part.length > 0);
  const lines = parts.flatMap((part, index) => [...(index === 0 ? [] : ['']), ...part]);
  return section(`target ${target.host}`, lines);
}

function stepLines(plan: GuestPlan): readonly Line[] {
  return byHost(plan, plan.steps, sayStep);
}

function undoLines(plan: GuestPlan): readonly Line[] {
  const taken = new Map(plan.steps.map((step) => [keyOf(step.host, inverse(step)), step]));
  return byHost(plan, plan.teardown, ({ host, guest: _guest, ...undo }) =>
    sayUndo(undo, taken.get(keyOf(host, undo))),
  );
}

/** Equal for an undo and for the inverse of the step that it takes back. */
function keyOf(host: HostName, undo: Undo): string {
  return JSON.stringify([
    host,
    Object.entries(undo).sort(([left], [right]) => (left < right ? -1 : 1)),
  ]);
}

/** Each host's items in their order: hosts work at the same time, so only that order means much. */
function byHost<T extends { readonly host: string }>(
  plan: GuestPlan,
  items: readonly T[],
  say: (item: T) => string,
): readonly Line[] {
  const hosts = [...new Set(items.map(({ host }) => host))];
  const ordered = [plan.source, ...hosts.filter((host) => host !== plan.source)];
  return ordered.flatMap((host) => {
    const own = items.filter((item) => item.host === host);
    if (own.length === 0) return [];
    return [
      `on ${host}`,
      ...own.map((item, index) => `${String(index + 1).padStart(4)}  ${say(item)}`),
    ];
  });
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  if (lines.length === 0) return [];
  return ['', [styled('bold', title)], ...indent(lines, 2)];
}
