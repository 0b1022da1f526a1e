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
  /** What a saved world needs to go on with the next one. */
  state(): IdentifiersState;
}

export interface IdentifiersState {
  readonly random: number;
  readonly counters: readonly (readonly [purpose: string, value: number])[];
}

const lvmAlphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const lvmGroups = [6, 4, 4, 4, 4, 4, 6];

/** Mulberry32: small, good enough to look random, the same everywhere. */
class Generator {
  state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    const { state } = this;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** A number for a text, so that a scenario's name can be its seed (FNV-1a). */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

/**
 * @param seed - the scenario's seed; the same seed gives the same identifiers in the same order.
 * @param saved - goes on where a saved world stopped.
 */
export function createIdentifiers(seed: string, saved?: IdentifiersState): Identifiers {
  const generator = new Generator(saved?.random ?? seedOf(seed));
  const counters = new Map<string, number>(saved?.counters);
  const pick = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () =>
      alphabet.charAt(Math.floor(generator.next() * alphabet.length)),
    ).join('');
  const hex = (digits: number): string => pick('0123456789abcdef', digits);
  return {
    hex,
    state: () => ({ random: generator.state, counters: [...counters] }),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick('89ab', 1)}${hex(3)}-${hex(12)}`,
    lvmUuid: () => lvmGroups.map((length) => pick(lvmAlphabet, length)).join('-'),
    next: (purpose) => {
      const value = (counters.get(purpose) ?? 0) + 1;
      counters.set(purpose, value);
      return value;
    },
  };
}
