import { z } from 'zod';

const pageBytes = 4096;
const signature = 'SWAPSPACE2';
/** Behind the boot block, where the real header begins too. */
const textOffset = 1024;

const identity = z.strictObject({ uuid: z.string().optional(), label: z.string().optional() });

/** What the header of swap says. */
export interface SwapIdentity {
  readonly uuid?: string | undefined;
  readonly label?: string | undefined;
}

/** A header of swap: its signature where the real one is, its UUID and label as text. */
export function swapHeaderBytes({ uuid, label }: SwapIdentity): Buffer {
  const bytes = Buffer.alloc(pageBytes);
  bytes.write(JSON.stringify({ uuid, label }), textOffset, 'utf8');
  bytes.write(signature, pageBytes - signature.length, 'latin1');
  return bytes;
}

/** @returns `undefined` for anything that is no header of swap. */
export function parseSwapHeader(bytes: Buffer): SwapIdentity | undefined {
  const last = pageBytes - signature.length;
  if (bytes.length !== pageBytes || bytes.toString('latin1', last) !== signature) return undefined;
  const text = bytes.toString('utf8', textOffset, last);
  const end = text.indexOf('\0');
  return identity.parse(JSON.parse(end === -1 ? text : text.slice(0, end)));
}
