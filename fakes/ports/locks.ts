import type { HeldLock, LockOwner, Locks } from '../../src/ports/index.js';
import { isLockFree, removeLockFiles } from '../commands/scripts/locks.js';
import { FileContent } from '../filesystem/content.js';
import { exists, makeDirectory, readText, writeFile } from '../filesystem/files.js';
import { addIdleProcess, removeProcess } from '../runner/processes.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';

export interface SimulatedLocksOptions {
  /** Where the lock files lie. Default `/run/xen-backup/locks`. */
  readonly directory?: string;
}

/** Locks of a simulated machine: held by a process there, free when it is gone. */
export function simulatedLocks(machine: Machine, options: SimulatedLocksOptions = {}): Locks {
  const { directory = '/run/xen-backup/locks' } = options;
  const fileOf = (name: string): string => {
    if (!/^[A-Za-z0-9_%][A-Za-z0-9_.%-]{0,199}$/.test(name)) {
      throw portError(machine, 'internal', `not a lock name: ${JSON.stringify(name)}`);
    }
    return `${directory}/${name}.lock`;
  };
  return {
    tryLock: async (name, owner) => {
      const path = fileOf(name);
      makeParents(machine, path);
      const process = addIdleProcess(machine, { argv: ['flock', path] });
      const { processId } = process;
      const isFree =
        isLockFree(machine, path, 'exclusive', processId) &&
        isLockFree(machine, `${path}.writers`, 'exclusive', processId);
      if (!isFree) {
        removeProcess(machine, process);
        const holder = readOwner(machine, path);
        return { kind: 'busy', ...(holder === undefined ? {} : { owner: holder }) };
      }
      machine.fileLocks.push({ path, processId, mode: 'exclusive' });
      writeFile(machine, path, FileContent.fromText(`${JSON.stringify(owner)}\n`), { mode: 0o600 });
      return { kind: 'held', lock: heldLock(machine, process, path) };
    },
  };
}

function heldLock(
  machine: Machine,
  process: ReturnType<typeof addIdleProcess>,
  path: string,
): HeldLock {
  const lost = new AbortController();
  let released = false;
  process.killed.signal.addEventListener('abort', () => {
    if (released) return;
    lost.abort(portError(machine, 'host-unreachable', 'the process that holds the lock ended'));
  });
  return {
    lost: lost.signal,
    release: async () => {
      if (released) return;
      released = true;
      const isHolder = !process.killed.signal.aborted;
      const { processId } = process;
      if (isHolder && isLockFree(machine, `${path}.writers`, 'exclusive', processId)) {
        removeLockFiles(machine, path);
      }
      removeProcess(machine, process);
    },
  };
}

/** The owner as the lock's file names it; the file is for people, the lock is the kernel's. */
function readOwner(machine: Machine, path: string): LockOwner | undefined {
  if (!exists(machine, path)) return undefined;
  try {
    const data: unknown = JSON.parse(readText(machine, path));
    return isOwner(data) ? data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isOwner(data: unknown): data is LockOwner {
  const wanted: Readonly<Record<Exclude<keyof LockOwner, 'access'>, string>> = {
    runId: 'string',
    controller: 'string',
    processId: 'number',
    since: 'string',
  };
  if (typeof data !== 'object' || data === null) return false;
  const found = new Map<string, unknown>(Object.entries(data));
  return Object.entries(wanted).every(([key, type]) => typeof found.get(key) === type);
}

function makeParents(machine: Machine, path: string): void {
  const parts = path.split('/').slice(1, -1);
  for (const index of parts.keys()) {
    const parent = `/${parts.slice(0, index + 1).join('/')}`;
    if (!exists(machine, parent)) makeDirectory(machine, parent, 0o700);
  }
}
