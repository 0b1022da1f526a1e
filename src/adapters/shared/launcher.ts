import type { Readable, Writable } from 'node:stream';
import type { Argv } from '../../ports/index.js';
import type { Elevation } from './command-environment.js';
import type { Session } from './stop-session.js';

/** What is to be started, and how long it is expected to live. */
export interface LaunchRequest {
  readonly argv: Argv;
  readonly elevation: Elevation;
  /**
   * `short`: ends by itself or by a time limit. `long`: lives until it is stopped. `stop`: ends
   * others, and may not have to wait for any of them.
   */
  readonly life: 'short' | 'long' | 'stop';
}

/** A process that has been started, as {@link SessionRunner} needs it. */
export interface LaunchedProcess {
  readonly session: Session;
  readonly stdin: Writable;
  /** Bytes; fails with `host-unreachable` when the connection breaks. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * The exit code, 128+N for signal N, once the process has ended and its output is read.
   * Rejects with `host-unreachable` when that cannot be known any more.
   */
  readonly exit: Promise<number>;
  /**
   * Resolves when the leader itself has ended; others of its session may live on and keep its
   * output open. Never rejects, and may never resolve.
   */
  readonly leaderEnded: Promise<void>;
}

/** Starts processes on one host, each as leader of a session of its own. */
export interface Launcher {
  /** @throws `command-not-found`, `command-failed`, `host-unreachable` and the like. */
  launch(request: LaunchRequest): Promise<LaunchedProcess>;
}
