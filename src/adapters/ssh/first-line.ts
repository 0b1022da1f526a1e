import { Transform, type TransformCallback } from 'node:stream';
import { deferred } from '../shared/deferred.js';

/** More than this before a newline is no first line of ours. */
const maxLineBytes = 4096;

/** Takes the first line off a byte stream and lets the rest through. */
export class FirstLineStripper extends Transform {
  /** The line without its newline, or as much as there was when the stream ended. */
  readonly firstLine: Promise<string>;
  readonly #resolve: (line: string) => void;
  #pending: Buffer | undefined = Buffer.alloc(0);

  constructor() {
    super();
    const line = deferred<string>();
    this.firstLine = line.promise;
    this.#resolve = line.resolve;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    if (this.#pending === undefined) {
      done(null, chunk);
      return;
    }
    const bytes = Buffer.concat([this.#pending, chunk]);
    const end = bytes.indexOf(0x0a);
    if (end < 0 && bytes.length <= maxLineBytes) {
      this.#pending = bytes;
      done();
      return;
    }
    this.#finish(end < 0 ? bytes : bytes.subarray(0, end));
    if (end >= 0 && end + 1 < bytes.length) this.push(bytes.subarray(end + 1));
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#finish(this.#pending ?? Buffer.alloc(0));
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#finish(this.#pending ?? Buffer.alloc(0));
    done(error);
  }

  #finish(line: Buffer): void {
    this.#pending = undefined;
    this.#resolve(line.toString('utf8'));
  }
}
