import { readFile } from 'node:fs/promises';
import { together } from '../../core/concurrency/index.js';
import { XenBackupError } from '../../core/errors/index.js';
import { type KnownHostsEntry, parseKnownHosts } from './known-hosts-file.js';

/**
 * All entries of several files, in order. A file that does not exist has none.
 *
 * @throws `file-unreadable`: a file that cannot be read may revoke keys.
 */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHostsEntry[]> {
  const entries = await together(files.map(readOne));
  return entries.flat();
}

async function readOne(file: string): Promise<readonly KnownHostsEntry[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    const message = `${file} cannot be read: ${String(error)}`;
    throw new XenBackupError('file-unreadable', { message, cause: error });
  }
  return parseKnownHosts(file, text);
}
