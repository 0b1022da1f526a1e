import { KernelError } from '../../filesystem/errno.js';
import { exists } from '../../filesystem/files.js';
import { deviceNumberInDecimal } from '../../filesystem/mount-table.js';
import { type Location, locate } from '../../filesystem/path-walk.js';
import { changeDirectory } from '../../runner/processes.js';
import type { Machine } from '../../world/state.js';
import { type CommandOutcome, failed } from '../types.js';
import { isLockFree } from './locks.js';
import type { SimulatedScript } from './types.js';

interface GuardSide {
  readonly name: 'source' | 'target';
  readonly missing: number;
  readonly another: number;
}

/** Enters a directory and compares it; `undefined` when it is what was proven. */
function enter(
  machine: Machine,
  processId: number,
  proof: { readonly path: string; readonly device: string; readonly inode: string },
  side: GuardSide,
): CommandOutcome | undefined {
  const place = `xen-backup-guard: ${side.name}: ${proof.path}`;
  let here: Location;
  try {
    here = locate(machine, proof.path);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return failed(side.missing, `${place} cannot be entered\n`);
  }
  const device = deviceNumberInDecimal(here.mount.device);
  if (device !== proof.device || String(here.inode) !== proof.inode) {
    return failed(side.another, `${place} is not the file system that was proven\n`);
  }
  const process = machine.processes.get(processId);
  if (process !== undefined) changeDirectory(process, here);
  return undefined;
}

/** SEND_SCRIPT. */
export const sendScript: SimulatedScript = async (machine, args, streams) => {
  const [, path = '', device = '', inode = '', tool, ...rest] = args;
  const side = { name: 'source', missing: 120, another: 121 } as const;
  const refused = enter(machine, streams.processId, { path, device, inode }, side);
  if (refused !== undefined) return refused;
  return tool === undefined ? failed(0, '') : streams.exec([tool, ...rest]);
};

/** RECEIVE_SCRIPT. */
export const receiveScript: SimulatedScript = async (machine, args, streams) => {
  const [, path = '', device = '', inode = '', tag = '', lock = '', tool, ...rest] = args;
  const side = { name: 'target', missing: 122, another: 123 } as const;
  const refused = enter(machine, streams.processId, { path, device, inode }, side);
  if (refused !== undefined) return refused;
  machine.processes.get(streams.processId)?.environment.add(tag);
  if (lock !== '') {
    const shared = await shareLock(machine, lock, streams.processId, streams.killed);
    if (shared !== undefined) return shared;
  }
  return tool === undefined ? failed(0, '') : streams.exec([tool, ...rest]);
};

/** `flock --shared --timeout 5`, of a file that is there for as long as the lock is held. */
export async function shareLock(
  machine: Machine,
  path: string,
  processId: number,
  killed: AbortSignal,
): Promise<CommandOutcome | undefined> {
  const refused = failed(119, `xen-backup-guard: target: no share of the lock ${path}\n`);
  if (!exists(machine, path)) return refused;
  for (let waitedMs = 0; waitedMs <= 5000; waitedMs += 100) {
    if (isLockFree(machine, path, 'shared', processId)) {
      machine.fileLocks.push({ path, processId, mode: 'shared' });
      return undefined;
    }
    await machine.world.clock.sleep(100, killed);
  }
  return refused;
}
