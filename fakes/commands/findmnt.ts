import type { Argv } from '../../src/ports/index.js';
import { fileSystemOf } from '../filesystem/mounted-tree.js';
import { topMountAt } from '../filesystem/mount-table.js';
import { locate } from '../filesystem/path-walk.js';
import { KernelError } from '../filesystem/errno.js';
import type { MountRecord } from '../filesystem/types.js';
import type { Machine } from '../world/state.js';
import { type CommandOutcome, failed, notSimulated, printed } from './types.js';

const defaultColumns = 'TARGET,SOURCE,FSTYPE,OPTIONS';

/** `findmnt -J [-b] [-o COLUMNS] PATH`: one mount as JSON; exit 1 without a word when none. */
export function findmnt(machine: Machine, argv: Argv): CommandOutcome {
  const words = argv.slice(1);
  const json = words.includes('-J');
  const option = words.indexOf('-o');
  const columns = (option === -1 ? defaultColumns : (words[option + 1] ?? '')).split(',');
  const path = words.at(-1);
  if (!json || path === undefined || path.startsWith('-')) return notSimulated(argv);
  const mount = mountAt(machine, path);
  if (mount === undefined) return failed(1, '');
  const fields = columns.map((column) => {
    const value = columnValue(machine, mount, column);
    return `         "${column.toLowerCase()}": ${value === null ? 'null' : JSON.stringify(value)}`;
  });
  return printed(`{\n   "filesystems": [\n      {\n${fields.join(',\n')}\n      }\n   ]\n}\n`);
}

function mountAt(machine: Machine, path: string): MountRecord | undefined {
  try {
    return topMountAt(machine, locate(machine, path).path);
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

function columnValue(machine: Machine, mount: MountRecord, column: string): string | null {
  switch (column) {
    case 'TARGET':
      return mount.mountPoint;
    case 'SOURCE':
      return mount.root === '/' ? mount.source : `${mount.source}[${mount.root}]`;
    case 'FSTYPE':
      return mount.type;
    case 'OPTIONS':
      return [...new Set([...mount.options, ...mount.superOptions])].join(',');
    case 'UUID':
      return mount.image === undefined
        ? (fileSystemOf(machine, mount).superblock.uuid ?? null)
        : null;
    case 'MAJ:MIN':
      return `${mount.device.major}:${mount.device.minor}`;
    default:
      return null;
  }
}
