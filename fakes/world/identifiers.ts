/** Identifiers that look random and are the same in every run of a scenario. */
export interface Identifiers {
  /** `xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx`. */
  uuid(): string;
  /** LVM's form: 32 characters grouped 6-4-4-4-4-4-6. */
  lvmUuid(): string;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** 1, 2, 3... for each purpose. */
  next(purpose: string): number;
}

const lvmAlphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const lvmGroups = [6, 4, 4, 4, 4, 4, 6];

/** Mulberry32: small, good enough to look random, the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number for a text, so that a scenario's name can be its seed (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

/** @param seed - the scenario's seed; the same seed gives the same identifiers in the same order. */
export function createIdentifiers(seed: string): Identifiers {
  const random = generator(seedOf(seed));
  const counters = new Map<string, number>();
  const pick = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () =>
      alphabet.charAt(Math.floor(random() * alphabet.length)),
    ).join('');
  const hex = (digits: number): string => pick('0123456789abcdef', digits);
  return {
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick('89ab', 1)}${hex(3)}-${hex(12)}`,
    lvmUuid: () => lvmGroups.map((length) => pick(lvmAlphabet, length)).join('-'),
    next: (purpose) => {
      const value = (counters.get(purpose) ?? 0) + 1;
      counters.set(purpose, value);
      return value;
    },
  };
}
