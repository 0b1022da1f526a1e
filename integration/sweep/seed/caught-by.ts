import { sweep, type SweepFigures } from '../sweep.js';
import type { SeedLoss } from './losses.js';
import { seedProgram } from './program.js';

/** Sweeps the algorithm of 2009 in the scenario of one of its losses. */
export function caughtBy({ loss, scenario, fault }: SeedLoss): Promise<SweepFigures> {
  return sweep({
    name: loss,
    scenario,
    program: seedProgram,
    kinds: fault === undefined ? [] : [fault.kind],
    ...(fault === undefined ? {} : { only: fault.at }),
  });
}
