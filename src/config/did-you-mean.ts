import { quoted } from './quoted.js';

/**
 * The candidate that was probably meant: nearest by edits, upper and lower case being nearly the
 * same. `undefined` when nothing is near.
 */
function nearest(text: string, candidates: readonly string[]): string | undefined {
  // A typo is one or two edits; in short words two edits make any word out of any other.
  const limit = Math.max(1, Math.min(3, Math.floor(text.length / 3)));
  const wanted = text.toLowerCase();
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) > limit) continue;
    const known = candidate.toLowerCase();
    // Half an edit less for a beginning: a missing end is the commonest slip of all.
    const distance = editDistance(wanted, known) - (known.startsWith(wanted) ? 0.5 : 0);
    if (distance <= limit && (best === undefined || distance < best.distance)) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(text: string, candidates: readonly string[]): string {
  const candidate = nearest(text, candidates);
  return candidate === undefined ? '' : `; did you mean ${quoted(candidate)}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into another. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
