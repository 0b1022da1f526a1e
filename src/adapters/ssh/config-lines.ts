import { parseCount, unexpectedOutput } from '../shared/index.js';

/** The answer of `ssh -G`: every keyword in lower case, with its values in order. */
export class ConfigLines {
  readonly #values = new Map<string, string[]>();

  /** @throws `output-unexpected` when a line is not `keyword value`. */
  constructor(output: string) {
    for (const line of output.split('\n')) {
      if (line === '') continue;
      const match = /^([A-Za-z0-9]+)(?: (.*))?$/.exec(line);
      if (match === null) throw unexpectedOutput('a line of ssh -G is not understood', line);
      const [, keyword = '', value = ''] = match;
      const key = keyword.toLowerCase();
      const values = this.#values.get(key);
      if (values === undefined) this.#values.set(key, [value]);
      else values.push(value);
    }
  }

  /** Every value of a keyword; `none` counts as no value. */
  all(keyword: string): readonly string[] {
    return (this.#values.get(keyword) ?? []).filter((value) => value !== '' && value !== 'none');
  }

  /** True when the keyword is set to exactly this. */
  explicit(keyword: string, value: string): boolean {
    return this.#values.get(keyword)?.[0] === value;
  }

  /** The first value, which is the one in effect. */
  optional(keyword: string): string | undefined {
    return this.all(keyword)[0];
  }

  /** @throws `output-unexpected` when there is none. */
  required(keyword: string): string {
    const value = this.optional(keyword);
    if (value === undefined) throw unexpectedOutput('ssh -G does not say', keyword);
    return value;
  }

  /** @throws `output-unexpected` when it is not a whole number. */
  number(keyword: string): number {
    const text = this.required(keyword);
    const number = parseCount(text);
    if (number === undefined) {
      throw unexpectedOutput('a number of ssh -G is not understood', `${keyword} ${text}`);
    }
    return number;
  }

  /** Names separated by commas. */
  names(keyword: string): readonly string[] {
    return this.required(keyword).split(',');
  }
}
