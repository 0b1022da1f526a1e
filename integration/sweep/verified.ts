import { createHash } from 'node:crypto';
import type { Sight } from './look.js';

/**
 * States of the world from which the next run has been judged. A second case that ends in the same
 * state needs no second next run: everything that xen-backup can ask hosts for, and all that the
 * judge reads, is the same but for run ids and times, and neither decides anything.
 */
export class Verified {
  readonly #states = new Set<string>();
  /** How often a next run was spared. */
  spared = 0;

  /** True when this state was seen before; remembers it. */
  knows(sight: Sight): boolean {
    const state = digest(sight);
    const known = this.#states.has(state);
    if (known) this.spared += 1;
    else this.#states.add(state);
    return known;
  }

  /** The state is no longer known: what followed from it was not as it should be. */
  forget(sight: Sight): void {
    this.#states.delete(digest(sight));
  }
}

function digest({ hosts, violations }: Sight): string {
  const hash = createHash('sha256').update(JSON.stringify(violations));
  for (const [name, { objects, ownFiles, stateFiles, records, trees }] of hosts) {
    const parts = [name, objects, [...ownFiles], stateFiles, [...records].map(withoutTimes)];
    hash.update(JSON.stringify(parts));
    for (const [guest, places] of trees) {
      hash.update(guest);
      for (const [place, lines] of places) hash.update(JSON.stringify([place, [...lines]]));
    }
  }
  return hash.digest('hex');
}

function withoutTimes([guest, { text }]: readonly [string, { readonly text: string }]) {
  const neutral = text.replaceAll(/sweep\d{5}/g, 'sweep').replace(/"writtenAt": "[^"]*"/, '');
  return [guest, neutral];
}
