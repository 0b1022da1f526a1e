import type { Argv } from '../../src/ports/index.js';
import { attachLoop } from '../block/images.js';
import { detachLoop, loopDevices } from '../block/loops.js';
import type { LoopDevice } from '../block/types.js';
import type { Machine } from '../world/state.js';
import { isSimulationError } from '../world/errors.js';
import { complain } from './text.js';
import { type CommandOutcome, type CommandTable, failed, notSimulated, printed } from './types.js';

/** losetup of util-linux 2.38, as far as it is used; texts as recorded. */
export const losetupCommands: CommandTable = {
  losetup: { kind: 'plain', run: async (machine, argv) => losetup(machine, argv) },
};

function losetup(machine: Machine, argv: Argv): CommandOutcome {
  const words = argv.slice(1);
  if (words[0] === '--version') {
    return printed(`losetup from util-linux ${machine.tools.get('losetup')?.version ?? ''}\n`);
  }
  if (words[0] === '--find') return attach(machine, argv);
  if (words[0] === '--detach') return detach(machine, argv);
  const isList = words.join(' ') === '--list --json --output NAME,BACK-FILE,RO';
  return isList ? list(machine) : notSimulated(argv);
}

function attach(machine: Machine, argv: Argv): CommandOutcome {
  const end = argv.indexOf('--');
  const options = argv.slice(1, end);
  const [path, ...more] = argv.slice(end + 1);
  const isLarge = options.join(' ').includes('--sector-size 4096');
  const known = ['--find', '--show', '--read-only', ...(isLarge ? ['--sector-size', '4096'] : [])];
  const isKnown = options.every((word) => known.includes(word));
  if (end === -1 || path === undefined || more.length > 0 || !isKnown) return notSimulated(argv);
  const access = options.includes('--read-only') ? 'read-only' : 'read-write';
  try {
    const { kernelName } = attachLoop(machine, { path, access, sectorBytes: isLarge ? 4096 : 512 });
    return printed(`/dev/${kernelName}\n`);
  } catch (error) {
    if (isSimulationError(error)) return notSimulated(argv);
    return complain(error, (reason) => `losetup: ${path}: failed to set up loop device: ${reason}`);
  }
}

function detach(machine: Machine, argv: Argv): CommandOutcome {
  const [, , path = '', ...more] = argv;
  if (more.length > 0) return notSimulated(argv);
  const loop = trueLoops(machine).find(({ kernelName }) => path === `/dev/${kernelName}`);
  if (loop === undefined) {
    return failed(1, `losetup: ${path}: detach failed: No such device or address\n`);
  }
  detachLoop(machine, loop);
  return printed('');
}

/** One object a device, the next on the line where the last one ends. */
function list(machine: Machine): CommandOutcome {
  const rows = trueLoops(machine).map(
    ({ kernelName, backingFile, readOnly }) =>
      `{\n         "name": "/dev/${kernelName}",\n         "back-file": ${JSON.stringify(backingFile)},\n         "ro": ${String(readOnly)}\n      }`,
  );
  if (rows.length === 0) return printed('');
  return printed(`{\n   "loopdevices": [\n      ${rows.join(',')}\n   ]\n}\n`);
}

/** Without the devices of qemu-nbd, and without what a guest's QEMU has open itself. */
function trueLoops(machine: Machine): readonly LoopDevice[] {
  const qcow2 = new Set(
    [...machine.images.values()].flatMap((image) =>
      image.qcow2 === undefined ? [] : [image.space],
    ),
  );
  return loopDevices(machine).filter(({ server, space, owner }) =>
    owner === undefined ? server === undefined : !qcow2.has(space),
  );
}
