import { XenBackupError } from '../../core/errors/index.js';
import type { Argv } from '../../ports/index.js';
import { printable } from '../shared/printable.js';
import { requireArgument, requirePath } from '../shared/result.js';
import { APPEND_SCRIPT, READ_BENEATH_SCRIPT, WRITE_SCRIPT } from './scripts.js';

/** One byte more than is allowed, so that "too large" is seen. */
export function readArgv(path: string, maxBytes: number): Argv {
  return ['head', '-c', String(maxBytes + 1), '--', requirePath('path', path)];
}

export function writeArgv(path: string, bytes: number): Argv {
  return ['sh', '-c', WRITE_SCRIPT, 'xen-backup-write', requirePath('path', path), String(bytes)];
}

export function appendArgv(path: string, bytes: number): Argv {
  return ['sh', '-c', APPEND_SCRIPT, 'xen-backup-append', requirePath('path', path), String(bytes)];
}

/** `-H`: a state directory that is a symbolic link must not list empty. */
export function listArgv(path: string): Argv {
  const range = ['-mindepth', '1', '-maxdepth', '1'];
  return ['find', '-H', requirePath('path', path), ...range, '-printf', '%y %f\\0'];
}

/**
 * Every ancestor is named: `-m` applies to what is named only, and a parent would get 0755.
 * Directories that exist stay as they are.
 */
export function makeDirectoryArgv(...paths: readonly string[]): Argv {
  return ['mkdir', '-p', '-m', '700', '--', ...new Set(paths.flatMap(withAncestors))];
}

function withAncestors(path: string): readonly string[] {
  const components = requirePath('path', path).split('/').filter(Boolean);
  return components.map((_, index) => `/${components.slice(0, index + 1).join('/')}`);
}

export function removeFileArgv(path: string): Argv {
  return ['rm', '-f', '--', requirePath('path', path)];
}

export function removeDirectoryArgv(path: string): Argv {
  return ['rmdir', '--', requirePath('path', path)];
}

/** @throws `file-unreadable` for a path that climbs (`..`) or names nothing. */
export function readBeneathArgv(root: string, relativePath: string, maxBytes: number): Argv {
  const components = requireArgument('path', relativePath)
    .split('/')
    .filter((component) => component !== '' && component !== '.');
  if (components.length === 0 || components.includes('..')) {
    throw new XenBackupError('file-unreadable', {
      message: `${printable(relativePath)} does not name a file beneath ${root}`,
      details: { root, path: printable(relativePath) },
    });
  }
  const script = ['sh', '-c', READ_BENEATH_SCRIPT, 'xen-backup-read'] as const;
  return [...script, requirePath('root', root), String(maxBytes), ...components];
}
