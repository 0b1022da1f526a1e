import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { keyTypeOf } from './known-hosts-file.js';

/** What an identity file is good for. */
export type IdentityFile =
  | { readonly kind: 'usable'; readonly path: string; readonly key: ParsedKey }
  /** Only an agent that holds this key can use it. */
  | {
      readonly kind: 'public-only';
      readonly path: string;
      readonly publicKey: Buffer;
      /** Why the file itself is of no use; absent when it was meant to be a public key. */
      readonly reason?: string;
    }
  | { readonly kind: 'useless'; readonly path: string; readonly reason: string };

/** Reads an identity file, and its `.pub` beside it. Absent: `undefined`. Never asks anything. */
export async function readIdentityFile(path: string): Promise<IdentityFile | undefined> {
  let content: Buffer | undefined;
  try {
    content = await readIfPresent(path);
  } catch (error) {
    return { kind: 'useless', path, reason: `${path} cannot be read: ${String(error)}` };
  }
  const publicKey = await readPublicKey(content === undefined ? path : `${path}.pub`);
  if (content === undefined) return undefined;
  const key = ssh2.utils.parseKey(content);
  if (!(key instanceof Error) && key.isPrivateKey()) return { kind: 'usable', path, key };
  if (!(key instanceof Error)) {
    return { kind: 'public-only', path, publicKey: key.getPublicSSH() };
  }
  const reason = reasonOf(path, key, publicKey);
  return publicKey === undefined
    ? { kind: 'useless', path, reason }
    : { kind: 'public-only', path, publicKey, reason };
}

function reasonOf(path: string, error: Error, publicKey: Buffer | undefined): string {
  if (publicKey !== undefined && keyTypeOf(publicKey).startsWith('sk-')) {
    return `${path} is a security key, which the built-in SSH client cannot use`;
  }
  if (/encrypted/i.test(error.message)) {
    return `${path} is protected by a passphrase, and no agent that holds it was found`;
  }
  return `${path} is not understood: ${error.message}`;
}

/** The key of a `.pub` file: `type base64 comment`. */
async function readPublicKey(path: string): Promise<Buffer | undefined> {
  const content = await readIfPresent(path);
  const match = /^([a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(
    content?.toString('latin1') ?? '',
  );
  if (match === null) return undefined;
  const key = Buffer.from(match[2] ?? '', 'base64');
  return keyTypeOf(key) === match[1] ? key : undefined;
}

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
