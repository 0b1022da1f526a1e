import { quoteArgument } from '../../adapters/shared/quote.js';
import type { CharacterClass, Pattern, RunPattern } from './pattern.js';

/**
 * Translates patterns to POSIX shell functions. They take what they match off the front of `$rest`
 * and succeed, or fail; `$kept_NAME` is what was kept. No `local`, no external command.
 */
export class ShellPatterns {
  readonly #names = new Map<Pattern, string>();
  readonly #byText = new Map<string, string>();
  readonly #classes = new Map<CharacterClass, string>();
  readonly #functions: string[] = [];

  /** A command that matches. Equal patterns share one function. */
  command(pattern: Pattern): string {
    if (pattern.kind === 'text') return `t ${quoteArgument(pattern.text)}`;
    if (pattern.kind === 'same') return `t "$kept_${pattern.name}"`;
    const known = this.#names.get(pattern);
    if (known !== undefined) return known;
    const name = this.#define(pattern);
    this.#names.set(pattern, name);
    return name;
  }

  /** Definitions of all functions that commands so far call. */
  definitions(): string {
    const classes = [...this.#classes].map(([text, name]) => `${name}=${quoteArgument(text)}`);
    return [...classes, takeText, ...this.#functions].join('\n');
  }

  /** In a variable: there a class needs no quoting, and shells differ in quotes between brackets. */
  #class(characters: CharacterClass): string {
    const known = this.#classes.get(characters);
    if (known !== undefined) return `$${known}`;
    const name = `c${String(this.#classes.size + 1)}`;
    this.#classes.set(characters, name);
    return `$${name}`;
  }

  #define(pattern: Exclude<Pattern, { kind: 'text' | 'same' }>): string {
    // Variables bear the number of their function: nothing here calls itself.
    const body = this.#body(pattern);
    const known = this.#byText.get(body);
    if (known !== undefined) return known;
    const number = String(this.#byText.size + 1);
    const name = `p${number}`;
    this.#byText.set(body, name);
    this.#functions.push(`${name}() {${body.replaceAll('@#', number)}}`);
    return name;
  }

  /** Variables end with `@#`, which becomes the function's number. */
  #body(pattern: Exclude<Pattern, { kind: 'text' | 'same' }>): string {
    switch (pattern.kind) {
      case 'one':
        return ` case $rest in [${this.#class(pattern.characters)}]*) rest=\${rest#?} ;; *) return 1 ;; esac; `;
      case 'run':
        return runBody(pattern, this.#class(pattern.characters));
      case 'all':
        if (pattern.parts.length === 0) return ' :; ';
        return ` ${pattern.parts.map((part) => this.command(part)).join(' && ')}; `;
      case 'any': {
        const tries = pattern.alternatives.map(
          (part) => `${this.command(part)} && return\n  rest=$s@#`,
        );
        return `\n  s@#=$rest\n  ${tries.join('\n  ')}\n  return 1\n`;
      }
      case 'maybe':
        return ` s@#=$rest; ${this.command(pattern.part)} || rest=$s@#; `;
      case 'many': {
        const turn = `${this.command(pattern.part)} && [ "$rest" != "$s@#" ]`;
        return `
  n@#=0
  while s@#=$rest; ${turn}; do n@#=$((n@# + 1)); done
  rest=$s@#
  [ "$n@#" -ge ${String(pattern.min)} ]
`;
      }
      case 'keep':
        return ` s@#=$rest; ${this.command(pattern.part)} && kept_${pattern.name}=\${s@#%"$rest"}; `;
    }
  }
}

const takeText = `t() { case $rest in "$1"*) rest=\${rest#"$1"} ;; *) return 1 ;; esac; }`;

function runBody({ min, max, ending }: RunPattern, characters: string): string {
  const outside = `[!${characters}]*`;
  const length = String(ending.length);
  const checks = [
    `w=\${rest%%${outside}}`,
    ...(ending === '' ? [] : [`case $w in *${quoteArgument(ending)}) ;; *) return 1 ;; esac`]),
    `w=$(( \${#w} - ${length} ))`,
    `[ "$w" -ge ${String(min)} ] && [ "$w" -le ${String(max)} ] && rest=\${rest#"\${rest%%${outside}}"}`,
  ];
  return `\n  ${checks.join('\n  ')}\n`;
}
