/**
 * As much of a terminal as a live display uses: cursor up, erase line, erase below, carriage
 * return, newline. Colours and the cursor's visibility are remembered, not shown.
 */
export class Screen {
  readonly #rows: string[] = [''];
  #row = 0;
  #column = 0;
  cursor: 'shown' | 'hidden' = 'shown';
  /** Escape sequences it did not understand. */
  readonly strange: string[] = [];

  write(text: string): void {
    for (const [token] of text.matchAll(
      /\u001b\[[?\d;]*[A-Za-z]|\u001b.|[\r\n]|[^\u001b\r\n]+/gu,
    )) {
      if (token === '\n') this.#newline();
      else if (token === '\r') this.#column = 0;
      else if (token.startsWith('\u001b')) this.#control(token);
      else this.#print(token);
    }
  }

  /** Lines from the top to the last one with anything on it. */
  get lines(): readonly string[] {
    const last = this.#rows.findLastIndex((row) => row.trim() !== '');
    return this.#rows.slice(0, last + 1).map((row) => row.trimEnd());
  }

  #newline(): void {
    this.#row += 1;
    this.#column = 0;
    while (this.#rows.length <= this.#row) this.#rows.push('');
  }

  #print(text: string): void {
    const row = (this.#rows[this.#row] ?? '').padEnd(this.#column);
    this.#rows[this.#row] =
      row.slice(0, this.#column) + text + row.slice(this.#column + text.length);
    this.#column += text.length;
  }

  #control(sequence: string): void {
    const up = /^\u001b\[(\d+)A$/.exec(sequence)?.[1];
    if (up !== undefined) this.#row = Math.max(0, this.#row - Number(up));
    else if (sequence === '\u001b[2K') this.#rows[this.#row] = '';
    else if (sequence === '\u001b[J') this.#eraseBelow();
    else if (sequence === '\u001b[?25l') this.cursor = 'hidden';
    else if (sequence === '\u001b[?25h') this.cursor = 'shown';
    else if (!/^\u001b\[[\d;]*m$/.test(sequence)) this.strange.push(sequence);
  }

  #eraseBelow(): void {
    this.#rows.length = this.#row + 1;
    this.#rows[this.#row] = (this.#rows[this.#row] ?? '').slice(0, this.#column);
  }
}
