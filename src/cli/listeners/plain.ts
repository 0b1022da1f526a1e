import { formatDuration, type RunEvent } from '../../core/index.js';
import type { RunEventListener } from '../../composition/event-stream.js';
import {
  type Colours,
  indent,
  type Line,
  lineWidth,
  padLine,
  renderLines,
  type Span,
  spansOf,
  styled,
} from '../text/index.js';
import type { Verbosity } from '../verbosity.js';
import type { Narration } from './narration.js';
import { Narrator } from './narrator.js';
import { ProgressPace } from './progress-pace.js';

export interface PlainListenerInit {
  readonly write: (text: string) => void;
  readonly colours: Colours;
  readonly verbosity: Exclude<Verbosity, 'quiet'>;
  /** A copy's progress is told at most this often. Default 5,000. */
  readonly progressIntervalMs?: number;
}

/** The story of a run, a line for each thing that happened. Problems are the log's matter. */
export function createPlainListener(init: PlainListenerInit): RunEventListener {
  const { write, colours, verbosity, progressIntervalMs = 5_000 } = init;
  const narrator = new Narrator();
  const progress = new ProgressPace(progressIntervalMs);
  const columns = new PlaceColumns();
  return (event) => {
    columns.learn(event);
    const narration = narrator.tell(event);
    if (narration === undefined || event.type === 'report') return;
    if (event.type === 'copy-progress' && !progress.isDue(event)) return;
    if (!isTold(narration, verbosity)) return;
    write(renderLines(storyLines(narration, columns, verbosity), colours));
  };
}

function isTold({ level }: Narration, verbosity: Verbosity): boolean {
  return level === 'info' || (level === 'debug' && verbosity !== 'normal');
}

function storyLines(
  narration: Narration,
  columns: PlaceColumns,
  verbosity: Verbosity,
): readonly Line[] {
  const { mark, text, durationMs, details = [], lines = [] } = narration;
  const took = durationMs === undefined ? '' : `  ${formatDuration(durationMs)}`;
  const place = columns.of(narration);
  const main: Line = [...place, styled('dim', `${mark} `), text, styled('dim', took)];
  const more = verbosity === 'normal' ? [] : details;
  return [main, ...indent([...more.map((detail) => [styled('dim', detail)]), ...lines], 6)];
}

/** Guest and host in columns, so that the lines of parallel work can be told apart. */
class PlaceColumns {
  #guestColumns = 0;
  #hostColumns = 0;

  learn(event: RunEvent): void {
    const guests = event.type === 'run-started' ? event.guests : [event.guest ?? ''];
    const hosts =
      event.type === 'guest-started' ? [event.source, ...event.targets] : [event.host ?? ''];
    this.#guestColumns = Math.max(this.#guestColumns, ...guests.map(lineWidth));
    this.#hostColumns = Math.max(this.#hostColumns, ...hosts.map(lineWidth));
  }

  of({ guest = '', host = '' }: Narration): readonly Span[] {
    if (guest === '' && host === '') return [];
    const guestSpan = padLine([styled('bold', guest)], this.#guestColumns);
    const hostSpan = padLine([styled('cyan', host)], this.#hostColumns);
    return [...spansOf(guestSpan), '  ', ...spansOf(hostSpan), '  '];
  }
}
