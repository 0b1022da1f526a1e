import { createHash } from 'node:crypto';

/** Serialised content of a file. */
export type FileContentData =
  | { readonly text: string }
  | { readonly base64: string }
  | { readonly pattern: string; readonly sizeBytes: number };

/**
 * Bytes of a regular file: immutable, so that snapshots, clones and copies share them.
 * Three kinds: text, bytes, and a pattern that stands for any amount of data without storing it.
 */
export class FileContent {
  readonly sizeBytes: number;
  readonly #data: FileContentData;
  #digest: string | undefined;

  private constructor(data: FileContentData, sizeBytes: number) {
    this.#data = data;
    this.sizeBytes = sizeBytes;
  }

  static readonly empty = new FileContent({ text: '' }, 0);

  static fromText(text: string): FileContent {
    return text === '' ? FileContent.empty : new FileContent({ text }, Buffer.byteLength(text));
  }

  static fromBytes(bytes: Uint8Array): FileContent {
    const buffer = Buffer.from(bytes);
    const text = buffer.toString('utf8');
    if (Buffer.from(text, 'utf8').equals(buffer)) return FileContent.fromText(text);
    return new FileContent({ base64: buffer.toString('base64') }, bytes.length);
  }

  /** `sizeBytes` bytes that repeat `pattern`: two of one pattern and size are equal. */
  static fromPattern(pattern: string, sizeBytes: number): FileContent {
    return new FileContent({ pattern: pattern === '' ? '\0' : pattern, sizeBytes }, sizeBytes);
  }

  static fromJSON(data: FileContentData): FileContent {
    if ('text' in data) return FileContent.fromText(data.text);
    if ('base64' in data) return FileContent.fromBytes(Buffer.from(data.base64, 'base64'));
    return FileContent.fromPattern(data.pattern, data.sizeBytes);
  }

  toJSON(): FileContentData {
    return this.#data;
  }

  /** The first `maxBytes` bytes, all of them when there are fewer. */
  bytes(maxBytes = this.sizeBytes): Buffer {
    const wanted = Math.min(maxBytes, this.sizeBytes);
    if ('pattern' in this.#data) return Buffer.alloc(wanted, this.#data.pattern);
    const whole =
      'text' in this.#data
        ? Buffer.from(this.#data.text, 'utf8')
        : Buffer.from(this.#data.base64, 'base64');
    return whole.subarray(0, wanted);
  }

  /** As text; bytes that are not UTF-8 become U+FFFD. */
  text(): string {
    return 'text' in this.#data ? this.#data.text : this.bytes().toString('utf8');
  }

  /** Equal when the contents are. A pattern's digest names the pattern: it is never spelled out. */
  digest(): string {
    this.#digest ??=
      'pattern' in this.#data
        ? `pattern:${this.#data.pattern}:${this.sizeBytes}`
        : createHash('sha256').update(this.bytes()).digest('hex');
    return this.#digest;
  }

  equals(other: FileContent): boolean {
    return (
      this === other || (this.sizeBytes === other.sizeBytes && this.digest() === other.digest())
    );
  }
}
