import type { GuestReport } from './report.js';

/** Exit codes of the contract (docs/REFERENCE.md). Signals end with 128+N. */
export const exitCodes = {
  done: 0,
  internal: 1,
  usage: 2,
  busy: 3,
  preflight: 4,
  failed: 10,
} as const;

/** The exit code for an error: the one table, for runs and for commands. */
export function exitCodeOfError(code: string): number {
  if (code === 'internal') return exitCodes.internal;
  const usage = [
    'usage-invalid',
    'configuration-invalid',
    'configuration-missing',
    'guest-unknown',
    'scenario-invalid',
    'expression-invalid',
    'fault-unused',
  ];
  if (usage.includes(code)) return exitCodes.usage;
  return code === 'lock-busy' ? exitCodes.busy : exitCodes.failed;
}

/**
 * Exit code of a run over several guests, by precedence: defect, usage, failure, busy. Busy guests
 * beside replicated ones count as failure: not everything that was asked for was done.
 */
export function exitCodeOfGuests(
  guests: readonly GuestReport[],
  command: 'run' | 'dry-run' | 'plan',
): number {
  const codes = guests.flatMap(guestExitCodes);
  for (const code of [exitCodes.internal, exitCodes.usage]) if (codes.includes(code)) return code;
  if (codes.includes(exitCodes.failed)) {
    return command === 'plan' && guests.every(isOnlyConflict)
      ? exitCodes.preflight
      : exitCodes.failed;
  }
  if (!codes.includes(exitCodes.busy)) return exitCodes.done;
  const worked = guests.filter(({ outcome }) => outcome !== 'skipped');
  return worked.every(({ outcome }) => outcome === 'busy') ? exitCodes.busy : exitCodes.failed;
}

function guestExitCodes(guest: GuestReport): readonly number[] {
  if (guest.outcome === 'done' || guest.outcome === 'skipped') return [exitCodes.done];
  if (guest.outcome === 'busy') return [exitCodes.busy];
  return codesOf(guest).map(exitCodeOfError);
}

/** Codes of all that went wrong; a guest is named after the first of its targets only. */
function codesOf(guest: GuestReport): readonly string[] {
  const bad = guest.targets.filter(({ outcome }) => outcome !== 'done');
  // A target without a code is a defect of whoever wrote the report: it must not look harmless.
  return [guest, ...bad].map(({ code }) => code ?? 'unknown');
}

const conflictCodes = new Set([
  'tool-too-old',
  'layout-drift',
  'content-unsupported',
  'disk-unsupported',
  'standby-in-use',
  'standby-used',
  'source-outdated',
  'source-unproven',
  'guest-on-two-hosts',
  'volume-group-full',
  'volume-not-found',
]);

/** What a plan finds before anything would be written is no failure of the plan. */
function isOnlyConflict(guest: GuestReport): boolean {
  return guest.outcome !== 'failed' || codesOf(guest).every((code) => conflictCodes.has(code));
}
