import type { DeviceThere } from '../block/copy-blocks.js';
import type { Location } from '../filesystem/path-walk.js';
import type { SignalName } from '../runner/processes.js';
import type { Machine } from '../world/state.js';

/** The far side of a copy, once it is ready. */
export interface Receiver {
  readonly machine: Machine;
  readonly root: Location;
  /** With `--write-devices`: what is written instead of files. */
  readonly device?: DeviceThere;
}

/** How the far side went while the copy was going on. */
export type ReceiverLoss =
  | { readonly kind: 'signal'; readonly signal: SignalName }
  | { readonly kind: 'timeout' };

/** How the copy ended, as the far side hears it. */
export type SessionEnd = 'done' | 'failed' | 'sender-gone';

/** What sender and receiver of one copy know of one another. */
export class CopySession {
  /** Machine of the sender. */
  readonly source: string;
  /** Resolves when the receiver stands in its directory. */
  readonly attached: Promise<Receiver>;
  readonly ended: Promise<SessionEnd>;
  loss: ReceiverLoss | undefined;
  /** Removes what a receiver that may still act leaves tidy. */
  cleanUp: () => void = () => undefined;
  #attach: (receiver: Receiver) => void = () => undefined;
  #end: (end: SessionEnd) => void = () => undefined;

  constructor(source: string) {
    this.source = source;
    this.attached = new Promise((resolve) => {
      this.#attach = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  attach(receiver: Receiver): void {
    this.#attach(receiver);
  }

  end(end: SessionEnd): void {
    this.#end(end);
  }
}

const sessions = new WeakMap<object, CopySession>();

/** Connects a session to the pipe that the receiver reads. */
export function openSession(pipe: object, source: string): CopySession {
  const session = new CopySession(source);
  sessions.set(pipe, session);
  return session;
}

/** The session behind a pipe, `undefined` when no rsync is at its other end. */
export function sessionBehind(pipe: object): CopySession | undefined {
  return sessions.get(pipe);
}
