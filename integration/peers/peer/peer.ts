import type { Elevation } from '../../../src/adapters/shared/command-environment.js';
import type { ExecResult } from './exec-result.js';
import type { PeerKeys } from './keys.js';

export type { ExecResult } from './exec-result.js';

/** A machine with sshd and rsync that the tests may treat badly. */
export interface Peer {
  readonly kind: 'container' | 'loopback';
  readonly address: string;
  readonly port: number;
  readonly keys: PeerKeys;
  /** Who logs in. Default: root. */
  readonly user?: string;
  /** With whose rights commands run there. Default: those of whoever logs in. */
  readonly elevation?: Elevation;
  /** A directory there for scratch files. */
  readonly scratch: string;
  /** A path there, as this machine sees it. */
  pathFromHere(path: string): string;
  /** Runs a command there as root (or as ourselves) by other means than SSH. */
  readonly exec: (argv: readonly string[]) => Promise<ExecResult>;
  /** Pids of the processes that serve connections, one for each connection. */
  connectionProcesses(): Promise<readonly string[]>;
  /** Cuts (or mends) the wire: packets are lost without a word. Absent where that is impossible. */
  readonly setLink?: (state: 'up' | 'down') => Promise<void>;
  close(): Promise<void>;
}

/** Runs a command there that must succeed. @returns its stdout. */
export async function must(peer: Peer, argv: readonly string[]): Promise<string> {
  const result = await peer.exec(argv);
  if (result.exitCode === 0) return result.stdout;
  throw new Error(`${argv.join(' ')} on the peer: ${result.exitCode} ${result.stderr}`);
}

/** Kills every connection at the far end, without a goodbye. */
export async function dropConnections(peer: Peer): Promise<void> {
  const processes = await peer.connectionProcesses();
  if (processes.length > 0) await peer.exec(['kill', '-s', 'KILL', ...processes]);
}

/** Whether a process lives there; a zombie does not. */
export async function isAliveThere(peer: Peer, processId: number): Promise<boolean> {
  const { stdout } = await peer.exec(['ps', '-o', 'stat=', '-p', String(processId)]);
  return /^[^ZX]/.test(stdout.trim());
}
