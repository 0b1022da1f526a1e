import type { Place } from './problem.js';

/** A piece of text, with the place of its first character. */
export interface Word {
  readonly text: string;
  readonly place: Place;
}

/** Walks a text and knows where it is. */
export class Scanner {
  readonly #file: string;
  readonly #text: string;
  #offset = 0;
  #line = 1;
  #lineStart = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  place(): Place {
    return { file: this.#file, line: this.#line, column: this.#offset - this.#lineStart + 1 };
  }

  /** The next character, empty at the end. */
  peek(): string {
    return this.#text.charAt(this.#offset);
  }

  /** Takes one character. */
  character(): Word {
    const word = { text: this.peek(), place: this.place() };
    this.#offset += word.text.length;
    if (word.text === '\n') {
      this.#line += 1;
      this.#lineStart = this.#offset;
    }
    return word;
  }

  /** Takes what a sticky expression without line ends matches here, else nothing. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.#offset += text.length;
    return text;
  }

  /** Takes the character if it is the next one. */
  skip(character: string): boolean {
    if (this.peek() !== character) return false;
    this.character();
    return true;
  }

  skipLine(): void {
    this.take(/[^\n]*/y);
  }

  /** Passes blanks, empty lines and comments. False at the end of the text. */
  skipToStatement(): boolean {
    for (;;) {
      this.take(/[ \t]+/y);
      if (this.peek() === '#') this.skipLine();
      if (this.peek() === '') return false;
      if (this.peek() !== '\n') return true;
      this.character();
    }
  }
}
