import { clipLine, type Colours, type Line, renderLine } from '../text/index.js';
import type { OutputStream } from '../terminal/index.js';

const escape = {
  up: (lines: number) => (lines === 0 ? '' : `\u001b[${lines}A`),
  clearLine: '\u001b[2K',
  clearBelow: '\u001b[J',
  hideCursor: '\u001b[?25l',
  showCursor: '\u001b[?25h',
};

/**
 * The last lines of a terminal, redrawn in place. Only lines that changed are written, all in one
 * piece, so nothing flickers. The cursor rests below the region.
 */
export class LiveRegion {
  readonly #stream: OutputStream;
  readonly #colours: Colours;
  #drawn: readonly string[] = [];
  #columns = 0;
  #hidden = false;

  constructor(stream: OutputStream, colours: Colours) {
    this.#stream = stream;
    this.#colours = colours;
  }

  draw(lines: readonly Line[]): void {
    const { columns } = this.#stream;
    // The last column stays free: a full line makes some terminals wrap at once.
    const next = lines.map((line) => renderLine(clipLine(line, columns - 1), this.#colours));
    const before = columns === this.#columns ? this.#drawn : [];
    const start = this.#hidden ? '' : escape.hideCursor;
    const wiped = columns === this.#columns ? '' : this.#wipe();
    const body = next.map((line, index) => {
      if (before[index] === line) return '\n';
      return `${index < before.length ? escape.clearLine : ''}${line}\n`;
    });
    const end = next.length < before.length ? escape.clearBelow : '';
    this.#stream.write(`${start}${wiped}${escape.up(before.length)}${body.join('')}${end}`);
    this.#hidden = true;
    this.#drawn = next;
    this.#columns = columns;
  }

  /** Removes the region, so that something permanent can be written in its place. */
  clear(): void {
    const text = this.#wipe() + (this.#hidden ? escape.showCursor : '');
    if (text !== '') this.#stream.write(text);
    this.#hidden = false;
    this.#drawn = [];
  }

  #wipe(): string {
    return this.#drawn.length === 0 ? '' : `${escape.up(this.#drawn.length)}\r${escape.clearBelow}`;
  }
}
