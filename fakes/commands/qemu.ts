import type { Argv } from '../../src/ports/index.js';
import { imageAt } from '../block/images.js';
import { connectNbd, disconnectNbd, nbdDevices, nbdNames } from '../block/nbd.js';
import { exists } from '../filesystem/files.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { imageInfoText } from './qemu-info.js';
import { type CommandOutcome, type CommandTable, failed, notSimulated, printed } from './types.js';

/** qemu-img and qemu-nbd of QEMU 7.2, as far as they are used; texts as recorded. */
export const qemuCommands: CommandTable = {
  'qemu-img': { kind: 'plain', run: async (machine, argv) => qemuImg(machine, argv) },
  'qemu-nbd': { kind: 'plain', run: async (machine, argv) => qemuNbd(machine, argv) },
};

function qemuImg(machine: Machine, argv: Argv): CommandOutcome {
  const [, ...words] = argv;
  const path = words.pop() ?? '';
  if (words.join(' ') !== 'info --output=json --force-share --format=qcow2 --') {
    return notSimulated(argv);
  }
  const image = imageAt(machine, path);
  if (image?.qcow2 === undefined) return cannotOpen('qemu-img: Could not open', machine, path);
  return printed(imageInfoText(path, image.sectors * 512, image.qcow2));
}

function cannotOpen(complaint: string, machine: Machine, path: string): CommandOutcome {
  const reason = exists(machine, path)
    ? 'Image is not in qcow2 format'
    : `Could not open '${path}': No such file or directory`;
  return failed(1, `${complaint} '${path}': ${reason}\n`);
}

function qemuNbd(machine: Machine, argv: Argv): CommandOutcome {
  const [, option = '', device = ''] = argv;
  if (option === '--disconnect' && argv.length === 3) return disconnect(machine, device);
  const text = argv.slice(1).join('\n');
  const words =
    /^--connect=\/dev\/(.+)\n--socket=(.+)\n--format=qcow2\n(--read-only\n)?--\n(.+)$/.exec(text);
  if (words === null) return notSimulated(argv);
  const [, name = '', socket = '', readOnly, path = ''] = words;
  const access = readOnly === undefined ? 'read-write' : 'read-only';
  try {
    connectNbd(machine, { name, path, access, socket });
    return printed('');
  } catch (error) {
    return connectFailure(error, machine, { name, path, access });
  }
}

function connectFailure(
  error: unknown,
  machine: Machine,
  { name, path, access }: { readonly name: string; readonly path: string; readonly access: string },
): CommandOutcome {
  const opening = 'qemu-nbd: Failed to blk_new_open';
  if (!isSimulationError(error)) throw error;
  switch (error.code) {
    case 'busy': {
      const lock = access === 'read-only' ? 'shared "write"' : '"write"';
      const question = `Is another process using the image [${path}]?`;
      return failed(1, `${opening} '${path}': Failed to get ${lock} lock\n${question}\n`);
    }
    case 'not-found':
      return failed(1, `qemu-nbd: Failed to open /dev/${name}: No such file or directory\n`);
    case 'already-exists':
      return failed(1, 'qemu-nbd: Failed to set NBD socket\n');
    case 'invalid':
      return cannotOpen(opening, machine, path);
    default:
      throw error;
  }
}

/** Of a device that nobody has, too: the ioctl does not mind. */
function disconnect(machine: Machine, path: string): CommandOutcome {
  const name = path.replace('/dev/', '');
  if (!nbdNames(machine).includes(name)) {
    return failed(1, `qemu-nbd: Cannot open ${path}: No such file or directory\n`);
  }
  const device = nbdDevices(machine).find(({ kernelName }) => kernelName === name);
  if (device !== undefined) disconnectNbd(machine, device);
  return printed(`${path} disconnected\n`);
}
