import type { CommandFault, FaultMoment } from '../../fakes/faults/types.js';

/** Everything that is let happen at each command of a run. */
export const faultKinds = {
  fail: 'fails without having done anything',
  'fail-late': 'does its work and reports a failure',
  hang: 'hangs until somebody ends it',
  garbage: 'does its work and prints garbage',
  lie: 'says that all is well and does nothing',
  'kill-before': 'we are killed before it',
  'kill-after': 'we are killed after it',
  'kill-rerun': 'we are killed after it, and the next run comes without recover',
  'kill-unlogged': 'we are killed after it, and the journals are lost',
  cut: 'the host is cut off from everybody',
  term: 'SIGTERM reaches us while it runs',
  rival: 'a second run starts while it runs',
} as const;

export type FaultKind = keyof typeof faultKinds;

/** Kinds that end us without a word. */
export function isDeath(kind: FaultKind): boolean {
  return kind.startsWith('kill-');
}

/** What strikes the command itself, where anything does. */
export function commandFault(
  kind: FaultKind,
  argv: readonly string[],
): { readonly moment: FaultMoment; readonly effect: CommandFault } | undefined {
  const before = { kind: 'before' } as const;
  const after = { kind: 'after' } as const;
  switch (kind) {
    case 'fail':
      return { moment: before, effect: failure(argv) };
    case 'fail-late':
      return { moment: after, effect: failure(argv) };
    case 'hang':
      return { moment: before, effect: { kind: 'hang', mercy: 'killable' } };
    case 'garbage':
      return { moment: after, effect: { kind: 'garble', stdout: garbage } };
    case 'lie':
      return { moment: before, effect: { kind: 'lie', stdout: '' } };
    case 'kill-before':
      return { moment: before, effect: { kind: 'die' } };
    case 'kill-after':
    case 'kill-rerun':
    case 'kill-unlogged':
      return { moment: after, effect: { kind: 'die' } };
    case 'cut':
    case 'term':
    case 'rival':
      return undefined;
  }
}

/** Neither JSON nor lines of anything; control characters, and a number that is none. */
const garbage = '\u0000\u001b[31m?\n-1 NaN\n{"report":[{]\n';

/** As the tool itself fails: the exit code of a failure without a known reason. */
function failure([tool = '']: readonly string[]): CommandFault {
  const exitCode = exitCodes[tool] ?? 1;
  return { kind: 'fail', exitCode, stdout: '', stderr: `${tool}: Input/output error\n` };
}

const exitCodes: Readonly<Record<string, number>> = {
  lvcreate: 5,
  lvremove: 5,
  lvs: 5,
  vgs: 5,
  pvs: 5,
  lvmconfig: 5,
  mount: 32,
  umount: 32,
  rsync: 12,
  flock: 71,
};
