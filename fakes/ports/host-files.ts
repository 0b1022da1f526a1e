import { XenBackupError } from '../../src/core/errors/index.js';
import type { DirectoryEntry, HostFiles } from '../../src/ports/index.js';
import { FileContent } from '../filesystem/content.js';
import { KernelError } from '../filesystem/errno.js';
import {
  appendFile,
  exists,
  listDirectory,
  makeDirectory,
  readBytes,
  removeDirectory,
  removeFile,
  rename,
  writeFile,
} from '../filesystem/files.js';
import { childAt, inodeAt, join, locate } from '../filesystem/path-walk.js';
import { procText } from '../filesystem/special-files.js';
import type { Machine } from '../world/state.js';

/** Small files of a simulated machine. */
export function simulatedHostFiles(machine: Machine): HostFiles {
  const attempt = <T>(path: string, action: () => T): T => orUnreadable(machine, path, action);
  return {
    readText: async (path, maxBytes) =>
      attempt(path, () => {
        const text = procText(machine, path);
        if (text !== undefined) return text;
        return isAbsent(machine, path) ? undefined : readBounded(machine, path, maxBytes);
      }),
    writeTextAtomically: async (path, text) => {
      attempt(path, () => {
        writeFile(machine, `${path}.new`, FileContent.fromText(text), { mode: 0o600 });
        rename(machine, `${path}.new`, path);
      });
    },
    appendDurably: async (path, text) => {
      attempt(path, () => {
        appendFile(machine, path, text, 0o600);
      });
    },
    list: async (path) =>
      attempt(path, () => (isAbsent(machine, path) ? [] : entriesOf(machine, path))),
    ensureDirectory: async (path) => {
      attempt(path, () => {
        makeWithParents(machine, path);
      });
    },
    makeDirectory: async (...paths) => {
      for (const path of paths) {
        attempt(path, () => {
          makeWithParents(machine, path);
        });
      }
    },
    removeFile: async (path) => {
      attempt(path, () => {
        ignoreAbsent(() => {
          removeFile(machine, path);
        });
      });
    },
    removeDirectory: async (path) => {
      attempt(path, () => {
        ignoreAbsent(() => {
          removeDirectory(machine, path);
        });
      });
    },
    readTextBeneath: async (root, relativePath, maxBytes) =>
      attempt(`${root}/${relativePath}`, () => readBeneath(machine, root, relativePath, maxBytes)),
  };
}

function orUnreadable<T>(machine: Machine, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw unreadable(machine, path, error.message);
  }
}

function unreadable(machine: Machine, path: string, reason: string): XenBackupError {
  return new XenBackupError('file-unreadable', {
    message: `${path} on ${machine.name}: ${reason}`,
    details: { host: machine.name, path },
  });
}

function isAbsent(machine: Machine, path: string): boolean {
  return !exists(machine, path);
}

function ignoreAbsent(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof KernelError) || error.errno !== 'ENOENT') throw error;
  }
}

function readBounded(machine: Machine, path: string, maxBytes: number): string {
  const bytes = readBytes(machine, path, maxBytes + 1);
  if (bytes.length > maxBytes) {
    throw unreadable(machine, path, `larger than ${maxBytes} bytes`);
  }
  return bytes.toString('utf8');
}

function entriesOf(machine: Machine, path: string): readonly DirectoryEntry[] {
  const entries = listDirectory(machine, path).map(({ name, kind }): DirectoryEntry => {
    if (kind === 'f') return { name, kind: 'file' };
    return { name, kind: kind === 'd' ? 'directory' : 'other' };
  });
  return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function makeWithParents(machine: Machine, path: string): void {
  const parts = path.split('/').filter((part) => part !== '');
  for (const index of parts.keys()) {
    const ancestor = `/${parts.slice(0, index + 1).join('/')}`;
    if (isAbsent(machine, ancestor)) makeDirectory(machine, ancestor, 0o700);
  }
}

/** Component by component; every one must be what it seems. */
function readBeneath(
  machine: Machine,
  root: string,
  relativePath: string,
  maxBytes: number,
): string | undefined {
  if (relativePath === '') {
    throw new XenBackupError('internal', { message: 'the path of a file must not be empty' });
  }
  const components = relativePath.split('/').filter((part) => part !== '' && part !== '.');
  const path = `${root}/${relativePath}`;
  if (components.length === 0 || components.includes('..')) {
    throw unreadable(machine, path, 'does not name a file beneath');
  }
  let here = locate(machine, root);
  for (const [index, name] of components.entries()) {
    const next = childAt(machine, { directory: here, name, path: join(here.path, name) });
    if (next === undefined) return undefined;
    const { kind } = inodeAt(machine, next);
    if (kind !== (index === components.length - 1 ? 'f' : 'd')) {
      throw unreadable(machine, path, 'a symbolic link, beneath one, or not a regular file');
    }
    here = next;
  }
  const { content } = inodeAt(machine, here);
  if (content.sizeBytes > maxBytes) {
    throw unreadable(machine, path, `larger than ${maxBytes} bytes`);
  }
  return content.text();
}
