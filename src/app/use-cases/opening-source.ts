import type { SnapshotsRequest } from '../stages/open-disks.js';
import type { StepStack } from '../steps/index.js';
import type { GuestRequest } from './guest-replication.js';
import {
  mountOpenSource,
  type OpeningSource,
  openSource,
  type SourceDisks,
} from './open-source.js';
import type { Stopwatch } from './stopwatch.js';
import { watchSource } from './watch-source.js';

/** Begins to open a source. Its promises may be left alone: what fails is heard where it is awaited. */
export function beginOpening(
  request: GuestRequest,
  disks: SourceDisks,
  stack: StepStack,
  stopwatch: Stopwatch,
  window: Pick<SnapshotsRequest, 'window'>,
): OpeningSource {
  const { context, guest, survey } = request;
  const unreadable = new AbortController();
  let failure: unknown;
  const source = stopwatch.measure('open-source', () =>
    openSource(disks, stack, guest, { ...window, survey }),
  );
  const tree = source.then((opened) => opened.tree);
  const mounted = source.then((opened) =>
    stopwatch.measure('open-source', () =>
      mountOpenSource(opened, stack, guest, { events: context.events, survey }),
    ),
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
