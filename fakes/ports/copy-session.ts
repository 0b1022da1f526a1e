import type {
  CopyOptions,
  CopyOutcome,
  CopyRequest,
  ReplicationPeer,
} from '../../src/ports/index.js';
import type { CommandOutcome } from '../commands/types.js';
import type { Location } from '../filesystem/path-walk.js';
import { connectBySsh, type SshCall, type SshFailure } from '../network/ssh.js';
import { connectTimeoutMs } from '../network/types.js';
import type { CopyStreams } from '../rsync/copy.js';
import { type CopyTally, wireBytes } from '../rsync/counts.js';
import type { ProgressState } from '../rsync/progress.js';
import { addIdleProcess, ProcessKilled, removeProcess } from '../runner/processes.js';
import type { Machine } from '../world/state.js';

/** What copies of files and of blocks are asked alike. */
interface SessionRequest<Proven> {
  readonly source: Proven;
  readonly target: Proven;
  readonly peer: ReplicationPeer;
  readonly pass: CopyRequest['pass'];
  readonly tag?: string;
  readonly targetLock?: string;
}

/** What a copy's work is told of its session. */
export interface SessionStreams {
  readonly streams: CopyStreams;
  readonly onProgress?: (state: ProgressState) => void;
}

interface SessionWork {
  readonly tally: CopyTally;
  run(): Promise<CommandOutcome>;
}

/** How one kind of copy proves its two ends and does its work. */
export interface SessionKind<Proven, Found> {
  /** @returns `undefined` when what was proven is another one now. */
  prove(machine: Machine, proven: Proven): Found | undefined;
  work(
    ends: { readonly source: Found; readonly target: Found; readonly peer: Machine },
    session: SessionStreams,
  ): SessionWork;
  /** Where a process stands that works there. Default: nowhere in particular. */
  directory?(found: Found): Location;
}

/** Connects two machines, with a process on each for as long as the work lasts. */
export async function runSession<Proven, Found>(
  machine: Machine,
  request: SessionRequest<Proven>,
  { onProgress, signal }: CopyOptions,
  kind: SessionKind<Proven, Found>,
): Promise<CopyOutcome> {
  if (signal?.aborted === true) return ended('interrupted', 20, 'the copy was stopped');
  const source = kind.prove(machine, request.source);
  if (source === undefined) return ended('source-guard-refused', 121, 'not the source proven');
  const connection = await connectBySsh(machine, callTo(request.peer));
  if (connection.kind === 'failed') {
    return ended(connectionOutcomes[connection.reason], 255, connection.text.trim());
  }
  const peer = connection.machine;
  const target = kind.prove(peer, request.target);
  if (target === undefined) return ended('target-guard-refused', 123, 'not the target proven');
  const at = (found: Found) =>
    kind.directory === undefined ? {} : { workingDirectory: kind.directory(found) };
  const receiver = addIdleProcess(peer, { argv: ['rsync', '--server'], ...at(target) });
  receiver.environment.add(`XEN_BACKUP_COPY=${request.tag ?? ''}`);
  shareLock(peer, request.targetLock, receiver.processId);
  const sender = addIdleProcess(machine, { argv: ['rsync'], ...at(source) });
  const stop = (): void => {
    sender.killed.abort(new ProcessKilled('TERM'));
  };
  signal?.addEventListener('abort', stop, { once: true });
  const streams: CopyStreams = {
    print: () => undefined,
    killed: sender.killed.signal,
    reached: async () => undefined,
  };
  const toldOf = (state: ProgressState): void => onProgress?.(progressOf(state));
  const work = kind.work({ source, target, peer }, { streams, onProgress: toldOf });
  try {
    const { exitCode, stderr } = await work.run();
    if (exitCode !== 0) return ended(kindOf(exitCode, stderr), exitCode, stderr.trim());
    return { kind: 'done', statistics: statisticsOf(work, request.pass) };
  } finally {
    signal?.removeEventListener('abort', stop);
    removeProcess(machine, sender);
    removeProcess(peer, receiver);
  }
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

export const connectionOutcomes = {
  unreachable: 'connection-lost',
  'key-unknown': 'host-key-unknown',
  'key-mismatch': 'host-key-unknown',
  authentication: 'authentication-failed',
} as const satisfies Record<SshFailure, string>;

type Failure = Exclude<CopyOutcome['kind'], 'done'>;

function ended(kind: Failure, exitCode: number, text: string): CopyOutcome {
  return { kind, exitCode, text };
}

function kindOf(exitCode: number, stderr: string): Failure {
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

function shareLock(machine: Machine, name: string | undefined, processId: number): void {
  if (name === undefined) return;
  const path = `/run/xen-backup/locks/${name}.lock.writers`;
  machine.fileLocks.push({ path, processId, mode: 'shared' });
}

function progressOf({ bytes, totalBytes, elapsedMs }: ProgressState) {
  return {
    transferredBytes: bytes,
    percent: totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes),
    bytesPerSecond: elapsedMs === 0 ? 0 : Math.round((bytes * 1000) / elapsedMs),
  };
}

function statisticsOf({ tally }: { readonly tally: CopyTally }, pass: CopyRequest['pass']) {
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
