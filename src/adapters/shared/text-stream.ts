import type { Readable } from 'node:stream';

/**
 * A byte stream as text, piece by piece, for one reader. The reader sets the pace: the command
 * waits while nobody reads. When the reader leaves early, the rest is thrown away, so that a full
 * pipe never blocks the command.
 */
export function textOf(stream: Readable): AsyncIterable<string> {
  return {
    async *[Symbol.asyncIterator]() {
      const decoder = new TextDecoder();
      try {
        for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
          const text = decoder.decode(bytesOf(chunk), { stream: true });
          if (text !== '') yield text;
        }
        const rest = decoder.decode();
        if (rest !== '') yield rest;
      } finally {
        stream.resume();
      }
    },
  };
}

/** A chunk of a stream without an encoding. */
export function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  return Buffer.from(String(chunk), 'utf8');
}
