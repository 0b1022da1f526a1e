import { formatDuration, XenBackupError } from '../../core/index.js';
import type { Clock } from '../../ports/index.js';

/**
 * How many times as long as rsync's own `--timeout` a copy may say nothing at all. rsync's limit
 * sees a connection over which nothing moves; it does not see a sender that hangs before rsync
 * begins, or a process stuck in the kernel beside one that answers. But silence alone is no proof:
 * reading a long list of files, checking a huge file on the target and deleting at the end are
 * silent work. So the limit for silence is far longer.
 */
const silenceFactor = 6;

/** Listens to one copy. */
export interface SilenceWatch {
  /** Aborts with `copy-stalled` when nothing was heard for too long. */
  readonly signal: AbortSignal;
  /** Something was heard of the copy. */
  heard(): void;
  /** The copy has ended. */
  end(): void;
}

/**
 * @param what - the copy, for the error: `/ (xvda/1) from dom0a to dom0b`.
 * @param silentWorkMs - what the copy is known to work without a word.
 */
export function watchSilence(
  clock: Clock,
  stallTimeoutMs: number,
  what: string,
  silentWorkMs = 0,
): SilenceWatch {
  const limitMs = silenceFactor * stallTimeoutMs + Math.ceil(silentWorkMs);
  const stalled = new AbortController();
  const ended = new AbortController();
  let heardMs = clock.elapsedMs();
  const listen = async (): Promise<void> => {
    for (;;) {
      const leftMs = heardMs + limitMs - clock.elapsedMs();
      if (leftMs <= 0) break;
      await clock.sleep(leftMs, ended.signal);
    }
    stalled.abort(
      new XenBackupError('copy-stalled', {
        message: `${what}: nothing was heard of the copy for ${formatDuration(limitMs)}`,
      }),
    );
  };
  // Ends by its sleep being cut short: the copy was done in time.
  listen().catch(() => undefined);
  return {
    signal: stalled.signal,
    heard: () => {
      heardMs = clock.elapsedMs();
    },
    end: () => {
      ended.abort();
    },
  };
}
