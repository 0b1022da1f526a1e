import type { RunEvent } from '../../core/index.js';
import type { RunEventListener } from '../../composition/event-stream.js';
import type { OutputStream } from '../terminal/index.js';
import { type Colours, type Line, renderLines, styled } from '../text/index.js';
import { liveLines } from './live-lines.js';
import { LiveRegion } from './live-region.js';
import { afterEvent, nothingYet } from './live-state.js';
import { Narrator } from './narrator.js';
import { StepMemory } from './step-memory.js';

/** Between two drawings. Faster than this nobody reads. */
const frameMs = 100;
const tickMs = 1_000;

/** A live display, and how others write to the same terminal without tearing it. */
export interface LiveDisplay {
  readonly listener: RunEventListener;
  /** Writes something permanent above the live lines. */
  writeAbove(write: () => void): void;
  /** Leaves the terminal as it should be. May be called twice. */
  stop(): void;
}

export interface LiveDisplayInit {
  readonly stream: OutputStream;
  readonly colours: Colours;
}

/** Guests, targets and what each of them does now; what is finished stays above, a line each. */
export function createLiveDisplay({ stream, colours }: LiveDisplayInit): LiveDisplay {
  const region = new LiveRegion(stream, colours);
  const narrator = new Narrator();
  const startMs = performance.now();
  const steps = new StepMemory();
  let state = nothingYet;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const draw = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (stopped) return;
    region.draw(liveLines(state, performance.now() - startMs, Math.max(1, stream.rows - 1)));
    schedule(tickMs);
  };
  const schedule = (afterMs: number): void => {
    timer = setTimeout(draw, afterMs);
    timer.unref();
  };
  const unlisten = stream.onResize(() => {
    draw();
  });
  let lastFrameMs = -frameMs;
  const requestDraw = (): void => {
    const sinceMs = performance.now() - lastFrameMs;
    clearTimeout(timer);
    if (sinceMs < frameMs) {
      schedule(frameMs - sinceMs);
      return;
    }
    lastFrameMs = performance.now();
    draw();
  };
  const writeAbove = (write: () => void): void => {
    region.clear();
    write();
    if (!stopped) draw();
  };
  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
    unlisten();
    region.clear();
  };
  return {
    listener: (event) => {
      steps.learn(event);
      state = afterEvent(state, event, steps);
      steps.forget(event);
      const permanent = permanentLine(event, narrator);
      if (event.type === 'report') stop();
      else if (permanent === undefined) requestDraw();
      else
        writeAbove(() => {
          stream.write(renderLines([permanent], colours));
        });
    },
    writeAbove,
    stop,
  };
}

/** The end of a guest stays to be read; problems are the log's matter. */
function permanentLine(event: RunEvent, narrator: Narrator): Line | undefined {
  const narration = narrator.tell(event);
  if (event.type !== 'guest-finished' && event.type !== 'guest-skipped') return undefined;
  if (narration === undefined) return undefined;
  const isWell = event.type === 'guest-skipped' || event.outcome === 'done';
  return [
    styled(isWell ? 'green' : 'red', isWell ? '✔ ' : '✘ '),
    event.guest ?? '',
    '  ',
    narration.text,
  ];
}
