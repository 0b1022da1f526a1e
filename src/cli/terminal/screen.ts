import type { Colours } from '../text/index.js';
import { coloursOf, type Terminal } from './terminal.js';

/** Lines that are redrawn in place, as far as others must know of them. */
export interface LiveLines {
  /** Takes the lines away, lets something be written, and puts them back. */
  writeAbove(write: () => void): void;
}

/** The terminal with live lines on it: whatever else is written does not tear them. */
export class Screen {
  readonly terminal: Terminal;
  #live: LiveLines | undefined;
  #isSilent = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  get outColours(): Colours {
    return coloursOf(this.terminal.stdout, this.terminal);
  }

  get errorColours(): Colours {
    return coloursOf(this.terminal.stderr, this.terminal);
  }

  /** From now on writing goes above these; `undefined`: they are gone. */
  show(live: LiveLines | undefined): void {
    this.#live = live;
  }

  out(text: string): void {
    this.#above(() => {
      this.terminal.stdout.write(text);
    });
  }

  error(text: string): void {
    this.#above(() => {
      this.terminal.stderr.write(text);
    });
  }

  /** From now on nothing is printed any more: whoever would print is dead. */
  silence(): void {
    this.#isSilent = true;
  }

  #above(write: () => void): void {
    if (this.#isSilent) return;
    if (this.#live === undefined) write();
    else this.#live.writeAbove(write);
  }
}
