import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { LocatedEntry, LocatedMap, LocatedValue } from './located.js';
import { formatPlace, type Place, type Problem } from './problem.js';
import { quoted } from './quoted.js';
import { isNestedTooDeeply } from './yaml-depth.js';

/** Nesting beyond this is no configuration of anybody's. */
const maxDepth = 32;
/** Values that aliases may add. Without a bound nine lines of YAML make a thousand million. */
const maxAliasedValues = 10_000;
/** Problems of the syntax that one file may report; the rest are echoes of the first. */
const maxSyntaxProblems = 20;

export interface YamlReading {
  /** Absent when the text is no YAML. */
  readonly value?: LocatedValue;
  readonly problems: readonly Problem[];
}

/**
 * One YAML 1.2 document with the place of every value. A key given twice, an unknown tag, a second
 * document and a `%YAML` directive are problems; an empty text is an empty map.
 */
export function readYaml(file: string, text: string): YamlReading {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (isNestedTooDeeply(text)) {
    return { problems: [{ place: { file, line: 1, column: 1 }, message: 'nested too deeply' }] };
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // We look for duplicates ourselves, to show both places.
    uniqueKeys: false,
    // `silent` would also silence the error about a second document.
    logLevel: 'error',
  });
  const problems = syntaxProblems(document, placeAt);
  if (problems.length > 0) return { problems };
  return new Reader(document, placeAt).read();
}

function syntaxProblems(document: Document, placeAt: (offset: number) => Place): Problem[] {
  const problems = [...document.errors, ...document.warnings]
    .slice(0, maxSyntaxProblems)
    .map((error) => ({
      place: placeAt(error.pos[0]),
      message: error.message.replaceAll('\n', ' '),
    }));
  // A %YAML 1.1 directive would turn `yes` into true and 0777 into an octal number.
  if (document.directives?.yaml.explicit === true) {
    problems.push({ place: placeAt(0), message: 'a %YAML directive is not supported' });
  }
  return problems;
}

class Reader {
  readonly #document: Document;
  readonly #placeAt: (offset: number) => Place;
  readonly #problems: Problem[] = [];
  #aliasedValues = 0;

  constructor(document: Document, placeAt: (offset: number) => Place) {
    this.#document = document;
    this.#placeAt = placeAt;
  }

  read(): YamlReading {
    const start = this.#placeAt(0);
    const contents = this.#document.contents;
    const value =
      contents === null || (isScalar(contents) && contents.value === null)
        ? ({ kind: 'map', place: start, entries: new Map() } satisfies LocatedMap)
        : this.#value(contents, start, 0, false);
    return { value, problems: this.#problems };
  }

  #value(node: unknown, fallback: Place, depth: number, aliased: boolean): LocatedValue {
    const place = this.#placeOf(node, fallback);
    if (aliased) this.#aliasedValues += 1;
    if (depth > maxDepth) return this.#nothing(place, 'nested too deeply');
    if (this.#aliasedValues > maxAliasedValues) {
      return this.#nothing(place, 'aliases (*name) repeat too much');
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) return this.#nothing(place, 'an alias (*name) without its anchor');
      return this.#value(target, place, depth + 1, true);
    }
    if (isMap(node)) return this.#map(node, place, depth, aliased);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#value(item, place, depth + 1, aliased));
      return { kind: 'list', place, items };
    }
    return this.#scalar(isScalar(node) ? node.value : node, place);
  }

  #scalar(value: unknown, place: Place): LocatedValue {
    if (value === undefined || value === null) return { kind: 'scalar', place, value: null };
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', place, value };
    }
    return this.#nothing(place, 'expected text, a number, true or false');
  }

  #map(node: YAMLMap, place: Place, depth: number, aliased: boolean): LocatedMap {
    const entries = new Map<string, LocatedEntry>();
    for (const pair of node.items) {
      const keyPlace = this.#placeOf(pair.key, place);
      const key = this.#key(pair, keyPlace);
      if (key === undefined) continue;
      const first = entries.get(key);
      if (first !== undefined) {
        this.#report(keyPlace, givenTwice(key, first.keyPlace));
        continue;
      }
      const value = this.#value(pair.value, keyPlace, depth + 1, aliased);
      entries.set(key, { keyPlace, value });
    }
    return { kind: 'map', place, entries };
  }

  #key(pair: Pair, place: Place): string | undefined {
    const key = pair.key;
    // The source, not the value: a guest named 007 is not the guest 7.
    const text = isScalar(key) ? (key.source ?? key.value) : undefined;
    if (typeof text !== 'string' || text === '') {
      this.#report(place, 'a key must be text');
      return undefined;
    }
    // Plain objects follow, where this key would not be a key.
    if (text === '__proto__') {
      this.#report(place, `the key ${quoted(text)} is not allowed`);
      return undefined;
    }
    return text;
  }

  #nothing(place: Place, message: string): LocatedValue {
    this.#report(place, message);
    return { kind: 'scalar', place, value: null };
  }

  #report(place: Place, message: string): void {
    const known = this.#problems.some(
      (problem) => problem.message === message && formatPlace(problem.place) === formatPlace(place),
    );
    if (!known && this.#problems.length < 100) this.#problems.push({ place, message });
  }

  #placeOf(node: unknown, fallback: Place): Place {
    const range = isNode(node) ? node.range : undefined;
    // An empty value has a range of its own, after the colon: show the key instead.
    if (range === null || range === undefined || range[0] === range[1]) return fallback;
    return this.#placeAt(range[0]);
  }
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isMap(value) || isScalar(value) || isSeq(value);
}

/** What is said about a key that stands twice. */
export function givenTwice(key: string, first: Place): string {
  return `${quoted(key)} is given twice; first at ${formatPlace(first)}`;
}
