import { z } from 'zod';
import { SimulatedFileSystem, type FileSystemData } from '../filesystem/file-system.js';

/**
 * State as JSON and back: plain data, arrays, Map, Set and file systems. What is referred to from
 * several places is written once and is one thing again afterwards: two records that share a file
 * system go on sharing it.
 */
export function encodeState(value: unknown): unknown {
  return new Encoder(countReferences(value)).encode(value);
}

/** The reverse of {@link encodeState}. @throws TypeError for what it did not write. */
export function decodeState(data: unknown): unknown {
  return new Decoder().decode(data);
}

/** How often each object is referred to. */
function countReferences(root: unknown): ReadonlyMap<object, number> {
  const counts = new Map<object, number>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const seen = counts.get(value) ?? 0;
    counts.set(value, seen + 1);
    if (seen === 0) for (const child of childrenOf(value)) visit(child);
  };
  visit(root);
  return counts;
}

function childrenOf(value: object): Iterable<unknown> {
  if (value instanceof SimulatedFileSystem) return [];
  if (value instanceof Map) {
    const map: ReadonlyMap<unknown, unknown> = value;
    return [...map.keys(), ...map.values()];
  }
  if (value instanceof Set) return value;
  const children: readonly unknown[] = Object.values(value);
  return children;
}

class Encoder {
  readonly #counts: ReadonlyMap<object, number>;
  readonly #numbers = new Map<object, number>();

  constructor(counts: ReadonlyMap<object, number>) {
    this.#counts = counts;
  }

  encode(value: unknown): unknown {
    if (value === undefined) return { $: 'undefined' };
    if (typeof value === 'function') throw new TypeError('state with a function in it');
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#numbers.get(value);
    if (known !== undefined) return { $: 'same', as: known };
    if ((this.#counts.get(value) ?? 0) < 2) return this.#object(value);
    const number = this.#numbers.size;
    this.#numbers.set(value, number);
    return { $: 'shared', number, value: this.#object(value) };
  }

  #object(value: object): unknown {
    if (value instanceof SimulatedFileSystem) return { $: 'file-system', data: value.toJSON() };
    if (value instanceof Map) {
      const entries = [...value].map(([key, item]) => [this.encode(key), this.encode(item)]);
      return { $: 'map', entries };
    }
    if (value instanceof Set)
      return { $: 'set', items: [...value].map((item) => this.encode(item)) };
    if (Array.isArray(value)) return value.map((item) => this.encode(item));
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.encode(item)]));
  }
}

const tagged = z.discriminatedUnion('$', [
  z.object({ $: z.literal('undefined') }),
  z.object({ $: z.literal('same'), as: z.number() }),
  z.object({ $: z.literal('shared'), number: z.number(), value: z.unknown() }),
  z.object({ $: z.literal('file-system'), data: z.custom<FileSystemData>() }),
  z.object({ $: z.literal('map'), entries: z.array(z.tuple([z.unknown(), z.unknown()])) }),
  z.object({ $: z.literal('set'), items: z.array(z.unknown()) }),
]);

class Decoder {
  readonly #shared = new Map<number, unknown>();

  decode(data: unknown): unknown {
    if (typeof data !== 'object' || data === null) return data;
    if (Array.isArray(data)) return data.map((item) => this.decode(item));
    if (Object.hasOwn(data, '$')) return this.#tagged(tagged.parse(data));
    const entries = Object.entries(data);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.decode(item)]));
  }

  #tagged(data: z.output<typeof tagged>): unknown {
    switch (data.$) {
      case 'undefined':
        return undefined;
      case 'same':
        if (!this.#shared.has(data.as)) throw new TypeError('a saved world that refers to nothing');
        return this.#shared.get(data.as);
      case 'shared': {
        const value = this.decode(data.value);
        this.#shared.set(data.number, value);
        return value;
      }
      case 'file-system':
        return SimulatedFileSystem.fromJSON(data.data);
      case 'map':
        return new Map(data.entries.map(([key, item]) => [this.decode(key), this.decode(item)]));
      case 'set':
        return new Set(data.items.map((item) => this.decode(item)));
    }
  }
}
