import { createHash } from 'node:crypto';
import type { Part } from './parts.js';

/** What a user of the suite asks for. */
export type Choice =
  | { readonly kind: 'all' }
  | { readonly kind: 'core-and-sample'; readonly commit: string }
  | { readonly kind: 'named'; readonly names: readonly string[] };

/** @throws RangeError for a name that is no part. */
export function choose(parts: readonly Part[], choice: Choice): readonly Part[] {
  switch (choice.kind) {
    case 'all':
      return parts;
    case 'named':
      return choice.names.map((name) => {
        const found = parts.find((part) => part.name === name);
        if (found !== undefined) return found;
        throw new RangeError(
          `no part is called ${name}; there are ${parts.map((part) => part.name).join(', ')}`,
        );
      });
    case 'core-and-sample': {
      const core = parts.filter((part) => part.when === 'core');
      const rest = parts.filter((part) => part.when === 'sample');
      return [...core, ...sample(rest, choice.commit)];
    }
  }
}

/** One part, by the commit: over many commits each part is taken about equally often. */
function sample(parts: readonly Part[], commit: string): readonly Part[] {
  if (parts.length === 0) return [];
  const number = createHash('sha256').update(commit).digest().readUInt32BE(0);
  return parts.slice(number % parts.length).slice(0, 1);
}
