import { open, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';

/** What reading a file came to. */
export type FileReading =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  /** It is there, but cannot be read: rights, a directory, too large, no UTF-8. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Where configuration files are read from. */
export interface ConfigurationSource {
  /** For `~/` in paths. */
  readonly homeDirectory: string;
  /** Text of a file of at most 4 MiB. A path that is not absolute begins at the working directory. */
  readText(path: string): Promise<FileReading>;
  /** Names in a directory, sorted by code point; `undefined` when there is no such directory. */
  listNames(path: string): Promise<readonly string[] | undefined>;
}

/** As much of a file of `node:fs/promises` as is needed here. */
export interface OpenFile {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: null,
  ): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** As much of `node:fs/promises` as is needed here. */
export interface FileSystem {
  open(path: string, flags: 'r'): Promise<OpenFile>;
  readdir(path: string): Promise<string[]>;
}

export interface NodeConfigurationSourceOptions {
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  /** Default: the machine's own. */
  readonly fileSystem?: FileSystem;
}

const maxFileBytes = 4 * 1024 ** 2;

/** Configuration files of this machine. */
export function nodeConfigurationSource(
  options: NodeConfigurationSourceOptions,
): ConfigurationSource {
  const fileSystem: FileSystem = options.fileSystem ?? {
    open: (path, flags) => open(path, flags),
    readdir: (path) => readdir(path),
  };
  const absolute = (path: string) => resolve(options.workingDirectory, path);
  return {
    homeDirectory: options.homeDirectory,
    readText: (path) => readText(fileSystem, absolute(path)),
    listNames: (path) => listNames(fileSystem, absolute(path)),
  };
}

async function readText(fileSystem: FileSystem, path: string): Promise<FileReading> {
  try {
    const handle = await fileSystem.open(path, 'r');
    try {
      return decode(await readBounded(handle));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { kind: 'absent' };
    return { kind: 'unreadable', reason: reasonOf(error) };
  }
}

/** The file's bytes, or one more than allowed. Read in pieces: a pipe has no size to ask for. */
async function readBounded(handle: OpenFile): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  while (total <= maxFileBytes) {
    const piece = new Uint8Array(65_536);
    const { bytesRead } = await handle.read(piece, 0, piece.length, null);
    if (bytesRead === 0) break;
    pieces.push(piece.subarray(0, bytesRead));
    total += bytesRead;
  }
  return Buffer.concat(pieces);
}

function decode(bytes: Uint8Array): FileReading {
  if (bytes.length > maxFileBytes) {
    return { kind: 'unreadable', reason: `larger than ${maxFileBytes} bytes` };
  }
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { kind: 'unreadable', reason: 'not UTF-8 text' };
  }
}

async function listNames(
  fileSystem: FileSystem,
  path: string,
): Promise<readonly string[] | undefined> {
  try {
    return (await fileSystem.readdir(path)).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ELOOP: 'too many symbolic links',
};

function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) throw error;
  return reasons[code] ?? code;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
