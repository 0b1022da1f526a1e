import type { Connector } from '../../src/index.js';
import { runCase } from './case.js';
import { type FaultKind, faultKinds } from './fault-kinds.js';
import { everyCase, partOf, type PlannedCase } from './plan.js';
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
  readonly change?: (connector: Connector) => Connector;
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
  const { name, scenario, oneIn = 1, offset = 0, only = /(?:)/, change } = request;
  const kinds = request.kinds ?? allKinds;
  const measure = await undisturbed(name, scenario, change);
  const all = everyCase(measure, kinds).filter(({ boundary }) => only.test(boundary.text));
  const cases = partOf(all, oneIn, offset);
  const violations: Violation[] = [];
  for (const planned of cases) {
    const findings = await runCase({
      undisturbed: measure,
      ...planned,
      ...(change === undefined ? {} : { change }),
    });
    if (findings.length > 0) violations.push({ case: describeCase(name, planned), findings });
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

const allKinds = Object.keys(faultKinds).filter((kind): kind is FaultKind => kind in faultKinds);

function describeCase(name: string, { boundary, kind }: PlannedCase): string {
  const { number, host, text } = boundary;
  return `${name}: ${kind} at ${String(number)} on ${host}: ${text.slice(0, 160)}`;
}
