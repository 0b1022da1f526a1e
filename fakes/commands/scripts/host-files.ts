import { FileContent } from '../../filesystem/content.js';
import { KernelError } from '../../filesystem/errno.js';
import {
  appendFile,
  exists,
  readBytes,
  removeFile,
  rename,
  writeFile,
} from '../../filesystem/files.js';
import { childAt, inodeAt, type Location, locate } from '../../filesystem/path-walk.js';
import { readAll } from '../../runner/pipe.js';
import type { Machine } from '../../world/state.js';
import { complain, quoteName } from '../text.js';
import { type CommandOutcome, failed, printed } from '../types.js';
import type { SimulatedScript } from './types.js';

const textIncomplete = failed(65, '');

/** WRITE_SCRIPT: beside it, whole, flushed, renamed. */
export const writeScript: SimulatedScript = async (machine, [name, path = '', bytes], streams) => {
  const text = await readAll(streams.input);
  const fresh = `${path}.new`;
  try {
    writeFile(machine, fresh, FileContent.fromText(text), { mode: 0o600 });
  } catch (error) {
    return cannotCreate(error, name, fresh);
  }
  if (Buffer.byteLength(text) !== Number(bytes)) {
    removeFile(machine, fresh);
    return textIncomplete;
  }
  try {
    rename(machine, fresh, path);
  } catch (error) {
    const subject = `${quoteName(fresh)} to ${quoteName(path)}`;
    return complain(error, (reason) => `mv: cannot move ${subject}: ${reason}`);
  }
  return printed('');
};

/** APPEND_SCRIPT: nothing unless the text came whole. */
export const appendScript: SimulatedScript = async (machine, [, path = '', bytes], streams) => {
  const text = await readAll(streams.input);
  if (Buffer.byteLength(text) !== Number(bytes)) return textIncomplete;
  try {
    appendFile(machine, path, text, 0o600);
  } catch (error) {
    return complain(error, (reason, errno) =>
      errno === 'ENOSPC' || errno === 'EIO'
        ? `dd: error writing ${quoteName(path)}: ${reason}`
        : `dd: failed to open ${quoteName(path)}: ${reason}`,
    );
  }
  return printed('');
};

/** dash names the script's line; a missing directory has words of its own there. */
function cannotCreate(error: unknown, name: string, path: string): CommandOutcome {
  if (error instanceof KernelError && (error.errno === 'ENOSPC' || error.errno === 'EIO')) {
    return complain(error, (reason) => `cat: write error: ${reason}`);
  }
  return complain(
    error,
    (reason, errno) =>
      `${name}: 5: cannot create ${path}: ${errno === 'ENOENT' ? 'Directory nonexistent' : reason}`,
    2,
  );
}

/** READ_BENEATH_SCRIPT: component by component, no link followed. */
export const readBeneathScript: SimulatedScript = async (
  machine,
  [name, root = '', limit, ...components],
) => {
  try {
    return walk(machine, locate(machine, root), components, Number(limit) + 1);
  } catch (error) {
    return complain(error, (reason) =>
      error instanceof KernelError && error.errno === 'EIO'
        ? `head: error reading './${components.at(-1) ?? ''}': ${reason}`
        : `${name}: 3: cd: can't cd to ${root}`,
    );
  }
};

function walk(
  machine: Machine,
  start: Location,
  components: readonly string[],
  limit: number,
): CommandOutcome {
  let here = start;
  for (const [index, name] of components.entries()) {
    const path = here.path === '/' ? `/${name}` : `${here.path}/${name}`;
    const next = childAt(machine, { directory: here, name, path });
    if (next === undefined) return failed(66, '');
    const { kind } = inodeAt(machine, next);
    const isLast = index === components.length - 1;
    if (kind !== (isLast ? 'f' : 'd')) return failed(67, '');
    here = next;
  }
  return printed(inodeAt(machine, here).content.bytes(limit).toString('utf8'));
}

/** FIND_TOOLS_SCRIPT. */
export const findToolsScript: SimulatedScript = async (machine, [, ...tools]) =>
  printed(tools.map((tool) => `${tool}\t${machine.tools.get(tool)?.path ?? ''}\n`).join(''));

/** True when a path exists, for scripts that touch. */
export function touch(machine: Machine, path: string): void {
  if (exists(machine, path)) readBytes(machine, path, 0);
  else writeFile(machine, path, FileContent.empty);
}
