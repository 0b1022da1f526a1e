import type { CharacterClass, KeptName, Pattern, RunPattern } from './pattern.js';

/** Whether a pattern matches a text from its beginning to its end. */
export function matches(pattern: Pattern, text: string): boolean {
  const matcher = new Matcher(text);
  return matcher.match(pattern) && matcher.isAtEnd();
}

class Matcher {
  readonly #text: string;
  #at = 0;
  readonly #kept = new Map<KeptName, string>();

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  match(pattern: Pattern): boolean {
    switch (pattern.kind) {
      case 'text':
        return this.#take(pattern.text);
      case 'one':
        return this.#takeOne(pattern.characters);
      case 'run':
        return this.#takeRun(pattern);
      case 'all':
        return pattern.parts.every((part) => this.match(part));
      case 'any':
        return pattern.alternatives.some((part) => this.#try(part));
      case 'maybe':
        this.#try(pattern.part);
        return true;
      case 'many':
        return this.#takeMany(pattern.part) >= pattern.min;
      case 'keep': {
        const from = this.#at;
        if (!this.match(pattern.part)) return false;
        this.#kept.set(pattern.name, this.#text.slice(from, this.#at));
        return true;
      }
      case 'same':
        return this.#take(this.#kept.get(pattern.name) ?? '');
    }
  }

  #try(part: Pattern): boolean {
    const from = this.#at;
    if (this.match(part)) return true;
    this.#at = from;
    return false;
  }

  #takeMany(part: Pattern): number {
    for (let times = 0; ; times += 1) {
      const from = this.#at;
      if (!this.#try(part) || this.#at === from) return times;
    }
  }

  #take(wanted: string): boolean {
    if (!this.#text.startsWith(wanted, this.#at)) return false;
    this.#at += wanted.length;
    return true;
  }

  #takeOne(characters: CharacterClass): boolean {
    if (this.#runOf(characters) === '') return false;
    this.#at += 1;
    return true;
  }

  /** All characters of a class that follow. */
  #runOf(characters: CharacterClass): string {
    const expression = expressionOf(characters);
    expression.lastIndex = this.#at;
    return expression.exec(this.#text)?.[0] ?? '';
  }

  #takeRun({ characters, min, max, ending }: RunPattern): boolean {
    const found = this.#runOf(characters);
    const length = found.length - ending.length;
    if (!found.endsWith(ending) || length < min || length > max) return false;
    this.#at += found.length;
    return true;
  }
}

const expressions = new Map<CharacterClass, RegExp>();

function expressionOf(characters: CharacterClass): RegExp {
  const known = expressions.get(characters) ?? new RegExp(`[${characters}]*`, 'y');
  expressions.set(characters, known);
  return known;
}
