import type {
  BlockTransfer,
  BlockTransferRequest,
  CopyOptions,
  CopyOutcome,
  ProvenDevice,
} from '../../src/ports/index.js';
import { writeContent } from '../block/contents.js';
import { type DeviceThere, deviceThere } from '../block/copy-blocks.js';
import { deviceOf, sectorsOf } from '../block/devices.js';
import { parseSwapHeader } from '../block/swap-header.js';
import { sectorBytes } from '../block/types.js';
import { DeviceCopy } from '../rsync/device-copy.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';
import { runSession } from './copy-session.js';

/** Brings devices of a simulated machine to others, without any command. */
export function simulatedBlockTransfer(machine: Machine): BlockTransfer {
  return {
    transfer: (request, options = {}) => transfer(machine, request, options),
    writeStart: async (target, bytes) => {
      const there = prove(machine, target);
      if (there === undefined) {
        throw portError(machine, 'guard-refused', `${target.path} is not the device proven`);
      }
      const header = parseSwapHeader(Buffer.from(bytes));
      if (header === undefined) throw portError(machine, 'command-failed', 'not a header of swap');
      const { uuid, label } = header;
      writeContent(machine, there.key, {
        kind: 'swap',
        sectors: target.sizeBytes / sectorBytes,
        ...(uuid === undefined ? {} : { uuid }),
        ...(label === undefined ? {} : { label }),
      });
    },
  };
}

async function transfer(
  machine: Machine,
  request: BlockTransferRequest,
  options: CopyOptions,
): Promise<CopyOutcome> {
  if (request.source.sizeBytes !== request.target.sizeBytes) {
    throw portError(machine, 'internal', 'devices of different sizes');
  }
  return runSession(machine, request, options, {
    prove,
    work: (ends, session) =>
      new DeviceCopy({
        options: {
          ...{ dryRun: request.pass === 'dry', progress: false, statistics: false },
          timeoutSeconds: Math.ceil(request.stallTimeoutMs / 1000),
        },
        source: ends.source,
        target: ends.target,
        ...session,
      }),
  });
}

/** The proven device, `undefined` when it is another one now. */
function prove(machine: Machine, proven: ProvenDevice): DeviceThere | undefined {
  const there = deviceThere(machine, proven.path);
  if (there === undefined) return undefined;
  const { major, minor } = proven.deviceNumber;
  const sizeBytes = sectorsOf(deviceOf(machine, there.key)) * sectorBytes;
  const isSame = there.key === `${major}:${minor}` && sizeBytes === proven.sizeBytes;
  return isSame ? there : undefined;
}
