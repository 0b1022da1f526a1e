import { releaseDetachedMounts } from '../filesystem/unmounting.js';
import type { Location } from '../filesystem/path-walk.js';
import type { Machine, SimulatedProcess } from '../world/state.js';

/** Signals that something in the simulation sends. */
export type SignalName = 'HUP' | 'INT' | 'KILL' | 'PIPE' | 'TERM';

const signalNumbers: Readonly<Record<SignalName, number>> = {
  HUP: 1,
  INT: 2,
  KILL: 9,
  PIPE: 13,
  TERM: 15,
};

/** Thrown inside a simulated tool when its process is killed: it must not do anything more. */
export class ProcessKilled extends Error {
  override readonly name = 'ProcessKilled';
  readonly signal: SignalName;

  constructor(signal: SignalName) {
    super(`killed by SIG${signal}`);
    this.signal = signal;
  }

  /** As a shell and execa report it. */
  get exitCode(): number {
    return 128 + signalNumbers[this.signal];
  }
}

export interface ProcessInit {
  readonly argv: readonly string[];
  /** Without one it leads a session of its own. */
  readonly parent?: SimulatedProcess;
  readonly workingDirectory?: Location;
}

/** Puts a process into the machine's table. */
export function addProcess(machine: Machine, init: ProcessInit): SimulatedProcess {
  const processId = 2000 + machine.world.identifiers.next(`process ${machine.name}`);
  const { argv, parent, workingDirectory } = init;
  const process: SimulatedProcess = {
    processId,
    parentId: parent?.processId ?? 1,
    sessionId: parent?.sessionId ?? processId,
    name: commandName(argv),
    argv,
    workingDirectory: workingDirectory?.path ?? '/',
    openPaths: new Set(),
    usedMounts: new Set(workingDirectory === undefined ? [] : [workingDirectory.mount.id]),
    environment: new Set(),
    state: 'S',
    startedMs: machine.world.clock.elapsedMs(),
    killed: new AbortController(),
  };
  if (workingDirectory !== undefined) workingDirectories.set(process, workingDirectory);
  machine.processes.set(processId, process);
  return process;
}

/** A process that does nothing but be there, until it is killed or taken away. */
export function addIdleProcess(machine: Machine, init: ProcessInit): SimulatedProcess {
  const process = addProcess(machine, init);
  process.killed.signal.addEventListener('abort', () => {
    removeProcess(machine, process);
  });
  return process;
}

/** Where processes work: the inode itself, whatever is mounted over its path later. */
const workingDirectories = new WeakMap<SimulatedProcess, Location>();

/** chdir(2). */
export function changeDirectory(process: SimulatedProcess, location: Location): void {
  process.workingDirectory = location.path;
  process.usedMounts.add(location.mount.id);
  workingDirectories.set(process, location);
}

/** Where a process works, `undefined` when it never changed directory. */
export function workingDirectoryOf(process: SimulatedProcess): Location | undefined {
  return workingDirectories.get(process);
}

/** The end of a process: its locks, its open files and its place in mounts are free. */
export function removeProcess(machine: Machine, process: SimulatedProcess): void {
  if (!machine.processes.delete(process.processId)) return;
  for (let index = machine.fileLocks.length - 1; index >= 0; index -= 1) {
    const owner = machine.fileLocks[index]?.processId;
    if (owner === process.processId) machine.fileLocks.splice(index, 1);
  }
  closeDevicesOf(machine, process);
  releaseDetachedMounts(machine);
}

function closeDevicesOf(machine: Machine, { processId }: SimulatedProcess): void {
  for (let index = machine.openings.length - 1; index >= 0; index -= 1) {
    const by = machine.openings[index]?.by;
    if (by?.kind === 'process' && by.processId === processId) machine.openings.splice(index, 1);
  }
}

/** Sends a signal. A process in state D takes none. */
export function signalProcess(process: SimulatedProcess, signal: SignalName): void {
  if (process.state === 'D') return;
  process.killed.abort(new ProcessKilled(signal));
}

/** All processes of a session, and what they started elsewhere on this machine. */
export function sessionMembers(machine: Machine, sessionId: number): readonly SimulatedProcess[] {
  const members = new Map<number, SimulatedProcess>();
  for (const process of machine.processes.values()) {
    if (process.sessionId === sessionId || members.has(process.parentId)) {
      members.set(process.processId, process);
    }
  }
  return [...members.values()];
}

/** /proc/PID/comm: at most 15 bytes. */
function commandName(argv: readonly string[]): string {
  const path = argv[0] ?? '';
  return path.slice(path.lastIndexOf('/') + 1).slice(0, 15);
}
