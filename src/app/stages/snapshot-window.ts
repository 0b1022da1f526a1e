import {
  type CreateSnapshotStep,
  type GuestConfiguration,
  type NumberedStep,
  type PauseGuestStep,
  toXenBackupError,
  XenBackupError,
} from '../../core/index.js';
import type { ReleaseOutcome } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import type { HostSession } from '../hosts/host-session.js';
import { type StepEffect, type StepStack, throwIfInterrupted } from '../steps/index.js';

/** How a guest stood still for its snapshots. */
export interface HeldGuest {
  readonly by: 'pause' | 'freeze';
  /** By the clock of its host, from before it was stopped until after it went on. */
  readonly pauseMs: number;
}

export interface WindowRequest {
  readonly context: RunContext;
  readonly session: HostSession;
  readonly stack: StepStack;
  readonly guest: GuestConfiguration;
  /** Told as soon as the guest goes on, also when the snapshots came to nothing. */
  readonly onReleased: (held: HeldGuest) => void;
}

/**
 * Takes snapshots while the guest stands still. Everything that can be done before is done before:
 * the timer on the host is armed, and all intentions are on its disk. The guest goes on as soon as
 * the last snapshot is there, one has failed, or a signal has come: whichever is first.
 *
 * @throws `guest-hold-failed`, `guest-hold-broken`, `guest-release-failed`, `guest-state-changed`,
 * and what taking a snapshot throws. The caller unwinds what is there.
 */
export async function takeInWindow(
  request: WindowRequest,
  snapshots: readonly CreateSnapshotStep[],
): Promise<readonly StepEffect[]> {
  const { session, stack, guest } = request;
  const timer = await session.host.holds.timerKind();
  const place = { host: session.name, guest: guest.name, name: session.nextObject().name };
  const by = guest.consistency === 'freeze' ? 'freeze-guest' : 'pause-guest';
  const [arm, hold, ...taking] = await stack.announce([
    { kind: 'arm-release', ...place, timer, limitMs: guest.pauseLimitMs },
    { kind: by, ...place },
    ...snapshots,
  ]);
  if (arm === undefined || hold === undefined) {
    throw new XenBackupError('internal', { message: 'steps were announced and are not there' });
  }
  await stack.perform([arm]);
  const window = new SnapshotWindow(request, arm, place);
  return window.take(await window.hold(hold), taking);
}

class SnapshotWindow {
  readonly #request: WindowRequest;
  readonly #arm: NumberedStep;
  readonly #place: Pick<PauseGuestStep, 'host' | 'guest' | 'name'>;

  constructor(
    request: WindowRequest,
    arm: NumberedStep,
    place: Pick<PauseGuestStep, 'host' | 'guest' | 'name'>,
  ) {
    this.#request = request;
    this.#arm = arm;
    this.#place = place;
  }

  /** @returns the step that holds the guest now. */
  async hold(step: NumberedStep): Promise<NumberedStep> {
    const { context, session, stack, guest } = this.#request;
    throwIfInterrupted(context.signal);
    const [effect] = await stack.perform([step]);
    const place = { guest: guest.name, host: session.name };
    if (effect?.kind !== 'hold' || effect.outcome.kind === 'held') {
      const by = step.kind === 'freeze-guest' ? 'freeze' : 'pause';
      context.events.emit({ type: 'guest-held', ...place, by, limitMs: guest.pauseLimitMs });
      return step;
    }
    const message = `its file systems cannot be frozen (${effect.outcome.reason}); it is paused instead`;
    context.events.emit({ type: 'notice', level: 'warning', ...place, message });
    const [pause] = await stack.announce([{ kind: 'pause-guest', ...this.#place }]);
    if (pause === undefined) throw new XenBackupError('internal', { message: 'no pause step' });
    return this.hold(pause);
  }

  async take(
    hold: NumberedStep,
    snapshots: readonly NumberedStep[],
  ): Promise<readonly StepEffect[]> {
    const { context, stack } = this.#request;
    const over = new AbortController();
    let missing = snapshots.length;
    const taking = stack.perform(snapshots, {
      onTaken: () => {
        missing -= 1;
        if (missing === 0) over.abort();
      },
      onFailed: () => {
        over.abort();
      },
    });
    await settledOrAborted(taking, AbortSignal.any([context.signal, over.signal]));
    try {
      const outcome = await this.#release(hold);
      // One that failed is the cause, whatever else is wrong.
      const effects = await taking;
      this.#judge(outcome);
      throwIfInterrupted(context.signal);
      return effects;
    } finally {
      // Nothing may run on behind the unwinding.
      await Promise.allSettled([taking]);
    }
  }

  async #release(hold: NumberedStep): Promise<ReleaseOutcome> {
    const { context, session, stack, guest, onReleased } = this.#request;
    const effect = await stack.takeBack(hold);
    const outcome: ReleaseOutcome =
      effect.kind === 'release' ? effect.outcome : { kind: 'not-held' };
    if (outcome.kind === 'released') {
      const { by, heldMs: pauseMs } = outcome;
      onReleased({ by, pauseMs });
      const place = { guest: guest.name, host: session.name };
      context.events.emit({ type: 'guest-released', ...place, by, pauseMs });
    }
    // A timer that cannot be removed now finds nothing to do; the unwinding tries again.
    await stack.takeBack(this.#arm).catch((error: unknown) => toXenBackupError(error));
    return outcome;
  }

  #judge(outcome: ReleaseOutcome): void {
    const { session, guest } = this.#request;
    if (outcome.kind === 'released') return;
    const why =
      outcome.kind === 'not-held'
        ? `its timer had let it go on (pauseLimit)`
        : `it was ${outcome.state} already`;
    throw new XenBackupError('guest-hold-broken', {
      message:
        `${guest.name} on ${session.name} did not stand still until all its snapshots ` +
        `were taken: ${why}`,
    });
  }
}

/** Until the work has come to an end, good or bad, or the signal has aborted. */
async function settledOrAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let forget = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    const listener = (): void => {
      resolve();
    };
    signal.addEventListener('abort', listener, { once: true });
    forget = () => {
      signal.removeEventListener('abort', listener);
    };
  });
  await Promise.race([Promise.allSettled([work]), aborted]).finally(() => {
    forget();
  });
}
