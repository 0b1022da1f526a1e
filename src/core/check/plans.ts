import type { GuestReport, TargetReport } from '../report/index.js';
import type { CheckSubject, Finding } from './finding.js';

/** Which precondition an error of a plan is about. */
const subjects: Readonly<Record<string, CheckSubject>> = {
  'volume-group-full': 'snapshot-space',
  'layout-drift': 'layout',
  'content-unsupported': 'layout',
  'disk-unsupported': 'disks',
  'volume-not-found': 'disks',
  'standby-in-use': 'standby-use',
  'standby-used': 'standby-state',
  'guest-on-two-hosts': 'guest-state',
  'source-outdated': 'guest-state',
  'source-unproven': 'guest-state',
  'domain-not-found': 'definition',
  'host-unreachable': 'connection',
  'tool-too-old': 'tools',
};

/** What opening and closing everything for one guest has shown. */
export function judgePlan(report: GuestReport): readonly Finding[] {
  const { guest, outcome, reason = outcome } = report;
  if (outcome === 'skipped') {
    return [
      { level: 'OK', subject: 'guest-state', guest, message: `${guest} is skipped: ${reason}` },
    ];
  }
  const targets = report.targets.flatMap((target) => [
    judgeTarget(guest, target),
    ...judgeRecord(guest, target),
  ]);
  if (targets.length > 0 && report.targets.some(({ outcome: each }) => each !== 'done'))
    return targets;
  if (outcome === 'failed' || outcome === 'busy') {
    return [
      {
        level: outcome === 'busy' ? 'WARN' : 'FAIL',
        subject: subjects[report.code ?? ''] ?? 'guest-state',
        guest,
        ...(report.source === undefined ? {} : { host: report.source }),
        message: `${guest}: ${reason}`,
        remedy: report.remedy ?? 'Correct the cause, then check again.',
      },
    ];
  }
  const place = report.source === undefined ? {} : { host: report.source };
  const message = `${guest} could be opened on ${report.source ?? 'its host'}, with room for snapshots`;
  return [{ level: 'OK', subject: 'snapshot-space', guest, ...place, message }, ...targets];
}

function judgeTarget(guest: string, target: TargetReport): Finding {
  const { host, outcome, reason = outcome, code = '' } = target;
  if (outcome === 'done') {
    const message = `the standby of ${guest} on ${host} has the layout of the source`;
    return { level: 'OK', subject: 'layout', host, guest, message };
  }
  return {
    level: outcome === 'busy' ? 'WARN' : 'FAIL',
    subject: subjects[code] ?? 'layout',
    host,
    guest,
    message: `${guest} on ${host}: ${reason}`,
    remedy: target.remedy ?? 'Correct the cause, then check again.',
  };
}

/** What the records say of a standby that could be served. */
function judgeRecord(guest: string, { host, standby }: TargetReport): readonly Finding[] {
  const place = { subject: 'standby-state', host, guest } as const;
  switch (standby) {
    case 'torn':
      return [
        {
          level: 'WARN',
          ...place,
          message: `the standby of ${guest} on ${host} is torn: a run did not end well`,
          remedy: `Do not start it. The next run repairs it: xen-backup run ${guest} --target ${host}`,
        },
      ];
    case 'unrecorded':
      return [
        {
          level: 'OK',
          ...place,
          message: `${host} was never told anything of ${guest}: its disks are taken as seeded by hand`,
        },
      ];
    default:
      return [];
  }
}
