import type { Argv } from '../../src/ports/index.js';
import { KernelError } from '../filesystem/errno.js';
import {
  exists,
  listDirectory,
  makeDirectory,
  readBytes,
  removeDirectory,
  removeFile,
} from '../filesystem/files.js';
import { inodeAt, locate } from '../filesystem/path-walk.js';
import { deviceText, procText, specialKind } from '../filesystem/special-files.js';
import type { Machine } from '../world/state.js';
import { deviceAt } from '../block/devices.js';
import { formatDeviceStat, formatStat } from './stat-format.js';
import { complain, forEachOperand, quoteName } from './text.js';
import {
  type CommandEntry,
  type CommandOutcome,
  type CommandTable,
  failed,
  notSimulated,
  printed,
} from './types.js';

function plain(run: (machine: Machine, argv: Argv) => CommandOutcome): CommandEntry {
  return { kind: 'plain', run: async (machine, argv) => run(machine, argv) };
}

/** Tools of coreutils and findutils, as far as the adapters use them. */
export const fileCommands: CommandTable = {
  cat: plain(cat),
  find: plain(find),
  head: plain(head),
  ls: plain(ls),
  mkdir: plain(mkdir),
  rm: plain(rm),
  rmdir: plain(rmdir),
  stat: plain(stat),
  sync: plain(sync),
  test: plain(test),
  true: plain(() => printed('')),
  uname: plain((machine, argv) =>
    argv[1] === '-n' ? printed(`${machine.nodeName}\n`) : notSimulated(argv),
  ),
};

/** Bytes of anything that can be read: files, /proc, block devices. */
function contentsOf(machine: Machine, path: string, maxBytes?: number): Buffer {
  const text = procText(machine, path) ?? deviceText(machine, path);
  if (text === undefined) return readBytes(machine, path, maxBytes);
  return Buffer.from(text, 'utf8').subarray(0, maxBytes);
}

/** Names only, one a line, in the order of LC_ALL=C; hidden ones are left out. */
function ls(machine: Machine, argv: Argv): CommandOutcome {
  const [path, ...others] = argv.slice(1);
  if (path === undefined || path.startsWith('-') || others.length > 0) return notSimulated(argv);
  try {
    const names = listDirectory(machine, path).map(({ name }) => name);
    const shown = names.filter((name) => !name.startsWith('.')).sort();
    return printed(shown.map((name) => `${name}\n`).join(''));
  } catch (error) {
    const place = quoteName(path);
    return complain(error, (reason) => `ls: cannot access ${place}: ${reason}`, 2);
  }
}

function cat(machine: Machine, argv: Argv): CommandOutcome {
  const paths = argv.slice(1).filter((word) => word !== '--');
  return forEachOperand(
    paths,
    (path) => contentsOf(machine, path).toString('utf8'),
    (path) => (reason) => `cat: ${path}: ${reason}`,
  );
}

function head(machine: Machine, argv: Argv): CommandOutcome {
  const [, option, count = '', end, path] = argv;
  if (option !== '-c' || end !== '--' || path === undefined || argv.length !== 5) {
    return notSimulated(argv);
  }
  try {
    return printed(contentsOf(machine, path, Number(count)).toString('utf8'));
  } catch (error) {
    return complain(error, (reason, errno) =>
      errno === 'EISDIR' || errno === 'EIO'
        ? `head: error reading ${quoteName(path)}: ${reason}`
        : `head: cannot open ${quoteName(path)} for reading: ${reason}`,
    );
  }
}

function find(machine: Machine, argv: Argv): CommandOutcome {
  const words = argv.slice(1).filter((word) => word !== '-H');
  const [path = '', ...expression] = words;
  const [minimum, one, maximum, another, action, format = ''] = expression;
  const known =
    minimum === '-mindepth' && one === '1' && maximum === '-maxdepth' && another === '1';
  if (!known || action !== '-printf' || expression.length !== 6) return notSimulated(argv);
  try {
    const lines = listDirectory(machine, path).map(({ name, kind }) =>
      format.replaceAll('%y', kind).replaceAll('%f', name).replaceAll('\\0', '\0'),
    );
    return printed(lines.join(''));
  } catch (error) {
    return complain(error, (reason) => `find: ${quoteName(path)}: ${reason}`);
  }
}

function mkdir(machine: Machine, argv: Argv): CommandOutcome {
  const end = argv.indexOf('--');
  const options = argv.slice(1, end === -1 ? undefined : end);
  const modeText = options[options.indexOf('-m') + 1] ?? '';
  if (end === -1 || !options.includes('-m')) return notSimulated(argv);
  const mode = Number.parseInt(modeText, 8);
  const parents = options.includes('-p');
  return forEachOperand(
    argv.slice(end + 1),
    (path) => {
      if (parents && isDirectory(machine, path)) return '';
      if (parents) makeParents(machine, path);
      makeDirectory(machine, path, mode);
      return '';
    },
    (path) => (reason) => `mkdir: cannot create directory ${quoteName(path)}: ${reason}`,
  );
}

/** Parents that are not named get the usual mode, whatever `-m` says. */
function makeParents(machine: Machine, path: string): void {
  const parts = path.split('/').filter((part) => part !== '');
  for (let index = 1; index < parts.length; index += 1) {
    const parent = `/${parts.slice(0, index).join('/')}`;
    if (!exists(machine, parent)) makeDirectory(machine, parent, 0o755);
  }
}

function isDirectory(machine: Machine, path: string): boolean {
  return exists(machine, path) && inodeAt(machine, locate(machine, path)).kind === 'd';
}

function rm(machine: Machine, argv: Argv): CommandOutcome {
  const [, option, end, ...paths] = argv;
  if (option !== '-f' || end !== '--') return notSimulated(argv);
  return forEachOperand(
    paths,
    (path) => {
      removeIfThere(machine, path);
      return '';
    },
    (path) => (reason) => `rm: cannot remove ${quoteName(path)}: ${reason}`,
  );
}

function removeIfThere(machine: Machine, path: string): void {
  try {
    removeFile(machine, path);
  } catch (error) {
    const absent =
      error instanceof KernelError && (error.errno === 'ENOENT' || error.errno === 'ENOTDIR');
    if (!absent) throw error;
  }
}

function rmdir(machine: Machine, argv: Argv): CommandOutcome {
  return forEachOperand(
    argv.slice(1).filter((word) => word !== '--'),
    (path) => {
      removeDirectory(machine, path);
      return '';
    },
    (path) => (reason) => `rmdir: failed to remove ${quoteName(path)}: ${reason}`,
  );
}

function stat(machine: Machine, argv: Argv): CommandOutcome {
  const follow = argv[1] === '-L' ? 'follow' : 'keep';
  const [option, format = '', ...operands] = argv.slice(follow === 'follow' ? 2 : 1);
  if (option !== '-c') return notSimulated(argv);
  return forEachOperand(
    operands.filter((word) => word !== '--'),
    (path) => {
      const device = deviceAt(machine, path);
      if (device !== undefined) return `${formatDeviceStat(device, format)}\n`;
      return `${formatStat(machine, locate(machine, path, follow), format)}\n`;
    },
    (path) => (reason) => `stat: cannot statx ${quoteName(path)}: ${reason}`,
  );
}

function sync(machine: Machine, argv: Argv): CommandOutcome {
  return forEachOperand(
    argv.slice(1).filter((word) => word !== '--'),
    (path) => {
      if (deviceText(machine, path) === undefined) locate(machine, path);
      return '';
    },
    (path) => (reason) => `sync: error opening ${quoteName(path)}: ${reason}`,
  );
}

function test(machine: Machine, argv: Argv): CommandOutcome {
  const [, operator = '', path = ''] = argv;
  if (argv.length !== 3) return notSimulated(argv);
  const kind = specialKind(machine, path) ?? kindAt(machine, path);
  switch (operator) {
    case '-b':
    case '-d':
    case '-f':
      return failed(kind === operator.charAt(1) ? 0 : 1, '');
    case '-e':
      return failed(kind === undefined ? 1 : 0, '');
    default:
      return notSimulated(argv);
  }
}

function kindAt(machine: Machine, path: string): string | undefined {
  return exists(machine, path) ? inodeAt(machine, locate(machine, path)).kind : undefined;
}
