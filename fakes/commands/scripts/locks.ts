import { FileContent } from '../../filesystem/content.js';
import { errorText, KernelError } from '../../filesystem/errno.js';
import {
  exists,
  listDirectory,
  removeDirectory,
  removeFile,
  writeFile,
} from '../../filesystem/files.js';
import { inodeAt, locate } from '../../filesystem/path-walk.js';
import type { FileLock, Machine } from '../../world/state.js';
import {
  type CommandOutcome,
  type CommandTable,
  failed,
  notSimulated,
  printed,
  type StreamingCommand,
} from '../types.js';
import { versionText } from '../mount.js';
import { touch } from './host-files.js';
import type { SimulatedScript } from './types.js';

/** How long the holder of a lock waits for a sign of life. */
const beatPatienceMs = 120_000;
const busyExitCode = 75;

/** True when the kernel would give a flock now. */
export function isLockFree(
  machine: Machine,
  path: string,
  mode: FileLock['mode'],
  processId: number,
): boolean {
  return !machine.fileLocks.some(
    (lock) =>
      lock.path === path &&
      lock.processId !== processId &&
      (mode === 'exclusive' || lock.mode === 'exclusive'),
  );
}

/** `flock --nonblock --conflict-exit-code N --no-fork FILE COMMAND...`. */
const flock: StreamingCommand = async (machine, argv, streams) => {
  if (argv[1] === '-V') return printed(versionText(machine, 'flock'));
  const [, nonblock, conflict, code, noFork, path, tool, ...rest] = argv;
  const known =
    [nonblock, conflict, noFork].join(' ') === '--nonblock --conflict-exit-code --no-fork';
  if (!known || path === undefined || tool === undefined) return notSimulated(argv);
  const refused = openLockFile(machine, path);
  if (refused !== undefined) return refused;
  if (!isLockFree(machine, path, 'exclusive', streams.processId)) return failed(Number(code), '');
  machine.fileLocks.push({ path, processId: streams.processId, mode: 'exclusive' });
  return streams.exec([tool, ...rest]);
};

export const lockCommands: CommandTable = { flock: { kind: 'streaming', run: flock } };

function openLockFile(machine: Machine, path: string): CommandOutcome | undefined {
  try {
    touch(machine, path);
    return undefined;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const exitCode = error.errno === 'EROFS' || error.errno === 'ENOSPC' ? 73 : 66;
    return failed(exitCode, `flock: cannot open lock file ${path}: ${errorText(error.errno)}\n`);
  }
}

/** LOCK_SCRIPT: tells its owner, says that it holds, and lives as long as somebody feeds it. */
export const lockScript: SimulatedScript = async (machine, [name, path = '', owner], streams) => {
  const writers = `${path}.writers`;
  if (!isInPrivateDirectory(machine, path)) return failed(77, '');
  try {
    touch(machine, writers);
    if (!isLockFree(machine, writers, 'exclusive', streams.processId)) {
      return failed(busyExitCode, '');
    }
    writeFile(machine, path, FileContent.fromText(`${owner ?? ''}\n`));
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return failed(1, `${name}: cannot create ${path}: ${errorText(error.errno)}\n`);
  }
  streams.print('held\n');
  await untilSilent(machine, streams);
  if (isLockFree(machine, writers, 'exclusive', streams.processId)) removeLockFiles(machine, path);
  return printed('');
};

function isInPrivateDirectory(machine: Machine, path: string): boolean {
  const directory = path.slice(0, path.lastIndexOf('/'));
  const around = directory.endsWith('/xen-backup/locks') ? directory.slice(0, -6) : directory;
  return [around, directory].every((each) => {
    const { kind, uid, mode } = inodeAt(machine, locate(machine, each, 'keep'));
    return kind === 'd' && uid === 0 && mode === 0o700;
  });
}

/** What a released lock leaves: nothing, not even the directories when they are empty. */
export function removeLockFiles(machine: Machine, path: string): void {
  for (const file of [`${path}.writers`, path])
    if (exists(machine, file)) removeFile(machine, file);
  const directory = path.slice(0, path.lastIndexOf('/'));
  if (!directory.endsWith('/xen-backup/locks')) return;
  for (const each of [directory, directory.slice(0, -'/locks'.length)]) {
    if (!exists(machine, each) || listDirectory(machine, each).length > 0) return;
    removeDirectory(machine, each);
  }
}

/**
 * Until the input ends, or nothing comes for two minutes. A controller that is alive and can be
 * heard beats by itself: what beats it in the program is a timer of real time.
 */
async function untilSilent(
  machine: Machine,
  { input, killed, connected }: Parameters<SimulatedScript>[2],
): Promise<void> {
  const { clock } = machine.world;
  let cancel: () => void = () => undefined;
  const silent = new Promise<void>((resolve, reject) => {
    const wait = (): void => {
      cancel = clock.scheduleBackground(beatPatienceMs, () => {
        if (connected()) wait();
        else resolve();
      });
    };
    wait();
    killed.addEventListener('abort', () => {
      reject(killed.reason instanceof Error ? killed.reason : new Error('killed'));
    });
  });
  const ended = (async () => {
    for await (const _beat of input);
  })();
  await Promise.race([ended, silent]).finally(() => {
    cancel();
  });
}
