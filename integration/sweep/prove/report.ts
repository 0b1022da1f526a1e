import { caughtBy } from '../seed/caught-by.js';
import { seedLosses } from '../seed/losses.js';
import type { SweepFigures } from '../sweep.js';
import { sabotage, saboteurs } from './saboteurs.js';

/** Whether the sweep can fail. */
export interface SweepProof {
  /** A table in Markdown: what is wrong, the case that finds it, what the judge says. */
  readonly text: string;
  /** False when something wrong was not found. */
  readonly isComplete: boolean;
}

/** Sweeps xen-backup without one protection each, and the algorithm of 2009 for each of its losses. */
export async function proveSweep(): Promise<SweepProof> {
  const rows: (readonly string[])[] = [];
  for (const saboteur of saboteurs) {
    const figures = await sabotage(saboteur);
    rows.push([`without ${saboteur.missing}`, ...found(figures, saboteur.finding)]);
  }
  for (const loss of seedLosses) {
    rows.push([`2009: ${loss.loss}`, ...found(await caughtBy(loss), loss.finding)]);
  }
  const head = [
    ['what is wrong', 'the case that finds it', 'what the judge says'],
    ['---', '---', '---'],
  ];
  return {
    text: [...head, ...rows].map((row) => `| ${row.join(' | ')} |\n`).join(''),
    isComplete: rows.every((row) => !row.includes(nothing)),
  };
}

const nothing = 'NOTHING';
const longest = 110;

/** The first case in which the judge says it, and its words. */
function found({ violations }: SweepFigures, finding: RegExp): readonly [string, string] {
  for (const violation of violations) {
    const said = violation.findings.find((one) => finding.test(one));
    if (said !== undefined) return [shorten(violation.case), shorten(said)];
  }
  return ['', nothing];
}

function shorten(text: string): string {
  const short = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return short.replaceAll('|', String.raw`\|`);
}
