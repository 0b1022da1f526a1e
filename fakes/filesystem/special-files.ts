import { contentOn } from '../block/contents.js';
import { deviceAt, keyOf } from '../block/devices.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { KernelError } from './errno.js';
import { mountInfoText } from './mount-table.js';
import { asSimulated } from './as-simulated.js';

/** Text of a file of /proc, `undefined` for other paths. */
export function procText(machine: Machine, path: string): string | undefined {
  switch (path) {
    case '/proc/self/mountinfo':
      return mountInfoText(machine);
    case '/proc/sys/kernel/random/boot_id':
      return `${machine.bootId}\n`;
    case '/proc/sys/kernel/hostname':
      return `${machine.nodeName}\n`;
    default:
      return countersText(machine, path);
  }
}

/** `/sys/dev/block/MAJOR:MINOR/stat`: of its numbers only the sectors written are kept. */
function countersText(machine: Machine, path: string): string | undefined {
  const [, key = ''] = /^\/sys\/dev\/block\/(\d+:\d+)\/stat$/.exec(path) ?? [];
  if (!machine.devices.has(key)) return undefined;
  const written = String(machine.sectorsWritten.get(key) ?? 0).padStart(8);
  return `     100        0     1000       10        0        0 ${written}        0        0       10       10\n`;
}

/**
 * Stands for the first bytes of a block device: another text when the superblock, label or table
 * there is another one. `undefined` when the path is no block device.
 *
 * @throws KernelError `EIO`.
 */
export function deviceText(machine: Machine, path: string): string | undefined {
  const device = deviceAt(machine, path);
  if (device === undefined) return undefined;
  try {
    const content = contentOn(machine, keyOf(device.number))?.content;
    if (content === undefined) return '\0';
    return content.kind === 'file-system'
      ? asSimulated(content.image).superblockText()
      : JSON.stringify(content);
  } catch (error) {
    if (isSimulationError(error)) throw new KernelError('EIO', path);
    throw error;
  }
}

/** What a path outside every file system is: `/dev`, `/sys/class/net`. */
export function specialKind(machine: Machine, path: string): 'b' | 'd' | undefined {
  if (deviceAt(machine, path) !== undefined) return 'b';
  const card = /^\/sys\/class\/net\/([^/]+)$/.exec(path)?.[1];
  return card !== undefined && machine.networkInterfaces.has(card) ? 'd' : undefined;
}
