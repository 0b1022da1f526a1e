import { runCase } from './case.js';
import { type FaultKind, faultKinds } from './fault-kinds.js';
import { everyCase, partOf, type PlannedCase } from './plan.js';
import type { SweptProgram } from './program.js';
import { type Death, undisturbedRecovery } from './recovery.js';
import { undisturbed } from './undisturbed.js';

/** What is swept. */
export interface SweepRequest {
  readonly name: string;
  readonly scenario: string;
  /** Default: all. */
  readonly kinds?: readonly FaultKind[];
  /** One case in so many; default every one. */
  readonly oneIn?: number;
  /** Where the part begins; default 0. */
  readonly offset?: number;
  /** Only at commands whose text matches. */
  readonly only?: RegExp;
  /** Default: xen-backup. */
  readonly program?: SweptProgram;
  /** Sweeps the `recover` after this death of a run, instead of the run. */
  readonly recoveryAfter?: Death;
}

/** A case in which something happened that never may. */
export interface Violation {
  readonly case: string;
  readonly findings: readonly string[];
}

/** What a sweep came to. */
export interface SweepFigures {
  readonly name: string;
  readonly commands: number;
  /** Kinds of faults. */
  readonly faults: number;
  /** Cases that were run. */
  readonly cases: number;
  /** Cases that there are. */
  readonly of: number;
  /** Cases that ended in a state from which a next run had been judged already. */
  readonly sharedNextRuns: number;
  readonly violations: readonly Violation[];
}

/** Lets every planned fault happen in a world of its own, and judges each. */
export async function sweep(request: SweepRequest): Promise<SweepFigures> {
  const { name, scenario, oneIn = 1, offset = 0, only = /(?:)/, recoveryAfter } = request;
  const kinds = request.kinds ?? allKinds;
  const measure =
    recoveryAfter === undefined
      ? await undisturbed(name, scenario, request.program)
      : await undisturbedRecovery(name, scenario, recoveryAfter);
  if (measure === undefined) return noCases(name);
  const all = everyCase(measure, kinds).filter(({ boundary }) => only.test(boundary.text));
  const cases = partOf(all, oneIn, offset);
  const violations: Violation[] = [];
  if (measure.findings.length > 0) {
    violations.push({ case: 'nothing happens', findings: measure.findings });
  }
  for (const planned of cases) {
    const findings = await runCase({ undisturbed: measure, ...planned });
    if (findings.length > 0) violations.push({ case: describeCase(planned), findings });
  }
  return {
    name,
    commands: measure.boundaries.length,
    faults: kinds.length,
    cases: cases.length,
    of: all.length,
    sharedNextRuns: measure.verified.spared,
    violations,
  };
}

function noCases(name: string): SweepFigures {
  return { name, commands: 0, faults: 0, cases: 0, of: 0, sharedNextRuns: 0, violations: [] };
}

const allKinds = Object.keys(faultKinds).filter((kind): kind is FaultKind => kind in faultKinds);

function describeCase({ boundary, kind }: PlannedCase): string {
  const { number, host, text } = boundary;
  return `${kind} at ${String(number)} on ${host}: ${text.slice(0, 160)}`;
}
