import type { DeviceTree } from '../../core/index.js';
import type { SnapshotsRequest } from '../stages/open-disks.js';
import type { WatchedFill } from '../stages/watch-snapshots.js';
import type { StepStack } from '../steps/index.js';
import type { GuestRequest } from './guest-replication.js';
import {
  type MountedSource,
  mountOpenSource,
  type OpenSource,
  openSource,
  type SourceDisks,
} from './open-source.js';
import type { Stopwatch } from './stopwatch.js';
import { watchSource } from './watch-source.js';

/** A source that is being opened, while its targets are. */
export interface OpeningSource {
  readonly source: Promise<OpenSource>;
  /** Of the source, for comparison. */
  readonly tree: Promise<DeviceTree>;
  readonly mounted: Promise<MountedSource>;
  /** Aborts when the snapshots can no longer be read to the end. */
  readonly unreadable: AbortSignal;
  /** What opening failed with, once it has. */
  readonly failure: () => unknown;
  /**
   * Ends the watch over the snapshots.
   *
   * @param end - whether everything was read, for at least one target
   */
  stop(end: 'completed' | 'cut-off'): Promise<WatchedFill>;
}

/** Begins to open a source. Its promises may be left alone: what fails is heard where it is awaited. */
export function beginOpening(
  request: GuestRequest,
  disks: SourceDisks,
  stack: StepStack,
  stopwatch: Stopwatch,
  window: Pick<SnapshotsRequest, 'window'>,
): OpeningSource {
  const { context, guest } = request;
  const unreadable = new AbortController();
  let failure: unknown;
  const source = stopwatch.measure('open-source', () => openSource(disks, stack, guest, window));
  const tree = source.then((opened) => opened.tree);
  const mounted = source.then((opened) =>
    stopwatch.measure('open-source', () => mountOpenSource(opened, stack, guest, context.events)),
  );
  const watching = source.then((opened) => {
    const watch = watchSource(request, opened, stack, mounted);
    watch.signal.addEventListener('abort', () => {
      unreadable.abort(watch.signal.reason);
    });
    return watch;
  });
  source.catch((error: unknown) => {
    failure = error;
  });
  for (const promise of [tree, mounted, watching]) promise.catch(() => undefined);
  return {
    source,
    tree,
    mounted,
    unreadable: unreadable.signal,
    failure: () => failure,
    stop: async (end) => (await watching).stop(end),
  };
}
