/** Collects a stream's bytes up to a limit; beyond it nothing more is kept. */
export class BoundedOutput {
  readonly #chunks: Uint8Array[] = [];
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Takes one chunk. @returns `overflow` as soon as more arrived than the limit allows. */
  add(chunk: Uint8Array): 'fits' | 'overflow' {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#limitBytes) return 'overflow';
    this.#chunks.push(chunk);
    return 'fits';
  }

  /** All of it as UTF-8; bytes that are not become U+FFFD. */
  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

/** Keeps the last bytes of a stream of any length. */
export class OutputTail {
  readonly #limitBytes: number;
  #tail: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  add(chunk: Uint8Array): void {
    const all = Buffer.concat([this.#tail, chunk]);
    // A copy: a view would keep the whole of every chunk alive.
    this.#tail = Buffer.from(all.subarray(Math.max(0, all.byteLength - this.#limitBytes)));
  }

  text(): string {
    return this.#tail.toString('utf8');
  }
}
