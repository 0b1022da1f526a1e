import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { nodeConfigurationSource } from '../config/index.js';
import { XenBackupError } from '../core/index.js';
import type { CliFiles } from './context.js';

export interface NodeFilesOptions {
  readonly workingDirectory: string;
  readonly homeDirectory: string;
}

/** The files of this machine. */
export function nodeFiles(options: NodeFilesOptions): CliFiles {
  return {
    ...nodeConfigurationSource(options),
    createFile: (path, text, mode) =>
      createFile(resolve(options.workingDirectory, path), path, text, mode),
  };
}

async function createFile(path: string, shown: string, text: string, mode = 0o644): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw notWritten(shown, error);
  }
  try {
    const handle = await open(path, 'wx', mode);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw notWritten(shown, error);
    }
    throw new XenBackupError('usage-invalid', {
      message: `${shown} is there already; nothing was written`,
      remedy: 'Name another file with --output, or move that one away.',
      cause: error,
    });
  }
}

function notWritten(shown: string, cause: unknown): XenBackupError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new XenBackupError('file-unreadable', {
    message: `${shown} cannot be written: ${reason}`,
    cause,
  });
}
