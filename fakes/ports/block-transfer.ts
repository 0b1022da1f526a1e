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
import { connectBySsh } from '../network/ssh.js';
import { DeviceCopy } from '../rsync/device-copy.js';
import type { ProgressState } from '../rsync/progress.js';
import { addIdleProcess, ProcessKilled, removeProcess } from '../runner/processes.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';
import {
  callTo,
  connectionOutcomes,
  ended,
  kindOf,
  progressOf,
  shareLock,
  statisticsOf,
} from './file-copier.js';

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
  { onProgress, signal }: CopyOptions,
): Promise<CopyOutcome> {
  if (signal?.aborted === true) return ended('interrupted', 20, 'the copy was stopped');
  const source = prove(machine, request.source);
  if (source === undefined) return ended('source-guard-refused', 121, 'not the source proven');
  const connection = await connectBySsh(machine, callTo(request.peer));
  if (connection.kind === 'failed') {
    return ended(connectionOutcomes[connection.reason], 255, connection.text.trim());
  }
  const target = prove(connection.machine, request.target);
  if (target === undefined) return ended('target-guard-refused', 123, 'not the target proven');
  const receiver = addIdleProcess(connection.machine, { argv: ['rsync', '--server'] });
  receiver.environment.add(`XEN_BACKUP_COPY=${request.tag ?? ''}`);
  shareLock(connection.machine, request.targetLock, receiver.processId);
  const sender = addIdleProcess(machine, { argv: ['rsync'] });
  const stop = (): void => {
    sender.killed.abort(new ProcessKilled('TERM'));
  };
  signal?.addEventListener('abort', stop, { once: true });
  const { pass } = request;
  const options = { dryRun: pass === 'dry', progress: false, statistics: false };
  const work = new DeviceCopy({
    options: { ...options, timeoutSeconds: Math.ceil(request.stallTimeoutMs / 1000) },
    source,
    target,
    streams: {
      print: () => undefined,
      killed: sender.killed.signal,
      reached: async () => undefined,
    },
    ...(onProgress === undefined
      ? {}
      : {
          onProgress: (state: ProgressState) => {
            onProgress(progressOf(state));
          },
        }),
  });
  try {
    const { exitCode, stderr } = await work.run();
    if (exitCode !== 0) return ended(kindOf(exitCode, stderr), exitCode, stderr.trim());
    return { kind: 'done', statistics: statisticsOf(work, pass) };
  } finally {
    signal?.removeEventListener('abort', stop);
    removeProcess(machine, sender);
    removeProcess(connection.machine, receiver);
  }
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
