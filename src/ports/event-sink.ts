import type { RunEventBody } from '../core/events/index.js';

/** Where events go. Emitting never fails and never blocks the run. */
export interface EventSink {
  emit(event: RunEventBody): void;
}
