import { SnapshotWatch, type WatchedFill } from '../stages/watch-snapshots.js';
import type { StepStack } from '../steps/index.js';
import type { GuestRequest } from './guest-replication.js';
import type { MountedSource, OpenSource } from './open-source.js';

/** The snapshots of an open source, watched for as long as anything is read from them. */
export interface SourceWatch {
  /** Aborts with the reason when the snapshots can no longer be read to the end. */
  readonly signal: AbortSignal;
  /** @param end - whether everything was read, for at least one target */
  stop(end: 'completed' | 'cut-off'): Promise<WatchedFill>;
}

/** A plan reads too little to be worth watching. */
export function watchSource(
  { context, guest, mode }: Pick<GuestRequest, 'context' | 'guest' | 'mode'>,
  { session, snapshots }: OpenSource,
  stack: StepStack,
  mountedSource: Promise<MountedSource>,
): SourceWatch {
  const { clock, events } = context;
  if (mode === 'plan') {
    return { signal: new AbortController().signal, stop: async () => ({ snapshots: [] }) };
  }
  const watch = new SnapshotWatch({ host: session.host, stack, snapshots, guest, clock, events });
  // Mounting and growth are steps on one stack: the one is over before the other may begin.
  mountedSource.then(
    () => {
      watch.start();
    },
    () => undefined,
  );
  return watch;
}
