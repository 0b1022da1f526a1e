import type {
  CopyOptions,
  CopyOutcome,
  CopyRequest,
  FileCopier,
  ReplicationPeer,
} from '../../src/ports/index.js';
import { deviceNumberInDecimal } from '../filesystem/mount-table.js';
import { KernelError } from '../filesystem/errno.js';
import { type Location, locate } from '../filesystem/path-walk.js';
import { connectBySsh, type SshCall, type SshFailure } from '../network/ssh.js';
import { connectTimeoutMs } from '../network/types.js';
import { Copy } from '../rsync/copy.js';
import { type CopyTally, wireBytes } from '../rsync/counts.js';
import type { RsyncOptions } from '../rsync/options.js';
import type { ProgressState } from '../rsync/progress.js';
import { Side } from '../rsync/side.js';
import { addIdleProcess, ProcessKilled, removeProcess } from '../runner/processes.js';
import type { Machine } from '../world/state.js';

/** Copies from a simulated machine to others, without any command. */
export function simulatedFileCopier(machine: Machine): FileCopier {
  return {
    copy: (request, options = {}) => copy(machine, request, options),
    stopReceivers: async (tag) => {
      for (const process of [...machine.processes.values()]) {
        const isOurs = [...process.environment].some((text) => bears(text, tag));
        if (isOurs) process.killed.abort(new ProcessKilled('TERM'));
      }
    },
    probePeer: async (peer) => {
      const connection = await connectBySsh(machine, callTo(peer));
      if (connection.kind === 'connected') {
        return { kind: 'reachable', bootId: connection.machine.bootId };
      }
      const { reason, text } = connection;
      return { kind: connectionOutcomes[reason], exitCode: 255, text: text.trim() };
    },
  };
}

function bears(environment: string, tag: string): boolean {
  const prefix = `XEN_BACKUP_COPY=${tag}`;
  return environment === prefix || environment.startsWith(`${prefix}-`);
}

export function callTo(peer: ReplicationPeer): SshCall {
  return {
    address: peer.address,
    user: peer.user ?? 'root',
    port: peer.port ?? 22,
    knownHostsFile: (peer.knownHostsFile ?? '~/.ssh/known_hosts').replace(/^~/, '/root'),
    command: [],
    connectTimeoutMs,
  };
}

async function copy(
  machine: Machine,
  request: CopyRequest,
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
  const receiver = addIdleProcess(connection.machine, {
    argv: ['rsync', '--server'],
    workingDirectory: target,
  });
  receiver.environment.add(`XEN_BACKUP_COPY=${request.tag ?? ''}`);
  shareLock(connection.machine, request.targetLock, receiver.processId);
  const sender = addIdleProcess(machine, { argv: ['rsync'], workingDirectory: source });
  const stop = (): void => {
    sender.killed.abort(new ProcessKilled('TERM'));
  };
  signal?.addEventListener('abort', stop, { once: true });
  const work = new Copy({
    options: rsyncOptions(request),
    source: new Side(machine, source),
    target: new Side(connection.machine, target),
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
    return { kind: 'done', statistics: statisticsOf(work, request.pass) };
  } finally {
    signal?.removeEventListener('abort', stop);
    removeProcess(machine, sender);
    removeProcess(connection.machine, receiver);
  }
}

export const connectionOutcomes = {
  unreachable: 'connection-lost',
  'key-unknown': 'host-key-unknown',
  'key-mismatch': 'host-key-unknown',
  authentication: 'authentication-failed',
} as const satisfies Record<SshFailure, string>;

type Failure = Exclude<CopyOutcome['kind'], 'done'>;

export function ended(kind: Failure, exitCode: number, text: string): CopyOutcome {
  return { kind, exitCode, text };
}

export function kindOf(exitCode: number, stderr: string): Failure {
  if (/No space left on device/.test(stderr)) return 'target-full';
  if (/Input\/output error/.test(stderr)) return 'input-output-error';
  const kinds: Readonly<Record<number, Failure>> = {
    20: 'interrupted',
    23: 'partial',
    24: 'vanished',
    25: 'deletion-limit',
    30: 'timeout',
  };
  return kinds[exitCode] ?? 'failed';
}

/** The proven directory, `undefined` when it is another one now. */
function prove(
  machine: Machine,
  { mountPoint, identity }: CopyRequest['source'],
): Location | undefined {
  try {
    const here = locate(machine, mountPoint);
    const isSame =
      deviceNumberInDecimal(here.mount.device) === identity.device &&
      String(here.inode) === identity.inode;
    return isSame ? here : undefined;
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

export function shareLock(machine: Machine, name: string | undefined, processId: number): void {
  if (name === undefined) return;
  const path = `/run/xen-backup/locks/${name}.lock.writers`;
  machine.fileLocks.push({ path, processId, mode: 'shared' });
}

function rsyncOptions(request: CopyRequest): RsyncOptions {
  const posix = request.faithfulness === 'posix';
  return {
    recursive: true,
    links: posix,
    perms: posix,
    times: true,
    owner: posix,
    group: posix,
    devices: posix,
    specials: posix,
    hardLinks: posix,
    acls: posix,
    xattrs: posix,
    sparse: posix,
    numericIds: posix,
    checksum: false,
    dryRun: request.pass === 'dry',
    verbose: false,
    modifyWindow: posix ? -1 : 1,
    deletion: 'after',
    maxDeletes: request.maxDeletes,
    excludes: request.excludes,
    timeoutSeconds: Math.ceil(request.stallTimeoutMs / 1000),
    bandwidthKiB: request.bandwidthLimitKiBPerSecond,
    remoteShell: 'ssh',
    rsyncPath: 'rsync',
    progress: false,
    statistics: false,
    deviceContents: false,
  };
}

export function progressOf({ bytes, totalBytes, elapsedMs }: ProgressState) {
  return {
    transferredBytes: bytes,
    percent: totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes),
    bytesPerSecond: elapsedMs === 0 ? 0 : Math.round((bytes * 1000) / elapsedMs),
  };
}

export function statisticsOf({ tally }: { readonly tally: CopyTally }, pass: CopyRequest['pass']) {
  const { sent, received } = wireBytes(tally, pass);
  return {
    sourceEntries: tally.files.total,
    createdEntries: tally.created.total,
    deletedEntries: tally.deleted.total,
    transferredFiles: tally.transferredFiles,
    sourceBytes: tally.totalBytes,
    transferredBytes: tally.transferredBytes,
    sentBytes: sent,
    receivedBytes: received,
  };
}
