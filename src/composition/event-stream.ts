import type { RunEvent, RunEventBody, RunId } from '../core/index.js';
import type { Clock, EventSink } from '../ports/index.js';

/** Is told of every event of a run, in order, as it happens. */
export type RunEventListener = (event: RunEvent) => void;

export interface EventStreamInit {
  readonly runId: RunId;
  readonly clock: Clock;
  readonly listeners: readonly RunEventListener[];
  /** Told of a listener that threw; it gets no more events. */
  readonly onListenerError: (error: unknown) => void;
}

/**
 * The one stream of events: numbers and dates what the use cases emit and hands it to the
 * listeners. A listener that throws loses its place, never the run.
 */
export function createEventStream(init: EventStreamInit): EventSink {
  const listeners = new Set(init.listeners);
  let seq = 0;
  return {
    emit: (body: RunEventBody) => {
      seq += 1;
      const time = new Date(init.clock.now()).toISOString();
      const event: RunEvent = { v: 1, seq, time, runId: init.runId, ...body };
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          listeners.delete(listener);
          init.onListenerError(error);
        }
      }
    },
  };
}
