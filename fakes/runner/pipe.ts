/** One direction of a pipe between two processes: chunks, then an end. */
export class Pipe implements AsyncIterable<string> {
  readonly #chunks: string[] = [];
  #ended = false;
  #broken = false;
  #wake: (() => void) | undefined;

  /** The reading side is gone: whoever writes next gets SIGPIPE. */
  get broken(): boolean {
    return this.#broken;
  }

  /** The writing side is closed. */
  get ended(): boolean {
    return this.#ended;
  }

  push(text: string): void {
    if (text === '' || this.#ended) return;
    this.#chunks.push(text);
    this.#wake?.();
  }

  /** The writing side is closed; what was written can still be read. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  break(): void {
    this.#broken = true;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#ended) return;
      else await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

/** A pipe that holds a text and is closed. */
export function pipeOf(text: string): Pipe {
  const pipe = new Pipe();
  pipe.push(text);
  pipe.end();
  return pipe;
}

/** Everything that comes until the end. */
export async function readAll(input: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of input) text += chunk;
  return text;
}
