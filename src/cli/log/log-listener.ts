import type { RunEventListener } from '../../composition/event-stream.js';
import { oneLine } from '../listeners/narration.js';
import { Narrator } from '../listeners/narrator.js';
import { ProgressPace } from '../listeners/progress-pace.js';
import type { LogSink } from './record.js';

/** A log is read later: once a minute is enough to see that a copy went on. */
const progressIntervalMs = 60_000;

/** Logs every event that says something, with the words the plain lines have. */
export function createLogListener(sink: LogSink): RunEventListener {
  const narrator = new Narrator();
  const pace = new ProgressPace(progressIntervalMs);
  return (event) => {
    const narration = narrator.tell(event);
    if (narration === undefined) return;
    if (event.type === 'copy-progress' && !pace.isDue(event)) return;
    const { level, guest, host, remedy, details } = narration;
    sink.write({
      level,
      message: oneLine(narration),
      time: event.time,
      runId: event.runId,
      event: event.type,
      ...(remedy === undefined ? {} : { remedy }),
      ...(details === undefined ? {} : { details }),
      ...(guest === undefined ? {} : { guest }),
      ...(host === undefined ? {} : { host }),
    });
  };
}
