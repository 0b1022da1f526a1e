import { type ErrorDetails, formatBytes, formatDuration, type RunEvent } from '../../core/index.js';
import { counted, sayDetails, stageTexts, stepDetails, withoutHost } from '../render/words.js';
import { mountLines, treeLines } from '../render/tree-text.js';
import { transferLines } from '../render/transfer-text.js';
import { type Narration, placeOf } from './narration.js';
import { StepMemory } from './step-memory.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** Turns events into words: the one place that does, for plain lines, logs and syslog alike. */
export class Narrator {
  readonly #steps = new StepMemory();
  /** Where the guest mounts what is being copied. */
  readonly #paths = new Map<string, string>();
  /** Reasons of targets that were told: the guest's own end often only repeats one. */
  readonly #told = new Set<string>();

  /** The event in words, `undefined` when it says nothing by itself. */
  tell(event: RunEvent): Narration | undefined {
    this.#steps.learn(event);
    const narration = this.#narrate(event);
    this.#steps.forget(event);
    return narration;
  }

  #narrate(event: RunEvent): Narration | undefined {
    switch (event.type) {
      case 'run-started':
        return this.#said(event, 'info', '=', runStarted(event));
      case 'guest-started':
        return this.#said(
          event,
          'info',
          '=',
          `from ${event.source} to ${event.targets.join(', ')}`,
        );
      case 'guest-skipped':
        return this.#said(event, 'info', '=', `skipped: ${event.reason}`);
      case 'stage-started':
        return this.#said(event, 'debug', '=', `${stageTexts[event.stage]}…`);
      case 'stage-finished':
        return this.#took(event, 'debug', '=', `${stageTexts[event.stage]}: done`);
      case 'source-opened':
        return this.#sourceOpened(event);
      case 'target-opened':
        return this.#targetOpened(event);
      case 'step-started':
      case 'undo-started':
        return undefined;
      case 'step-finished':
        return this.#stepFinished(event);
      case 'step-failed':
        return this.#said(event, 'debug', '!', `${this.#steps.sayStepOf(event)}: ${event.message}`);
      case 'undo-finished':
        return this.#undoFinished(event);
      case 'undo-failed':
        return this.#said(event, 'debug', '!', `${this.#steps.sayUndoOf(event)}: ${event.message}`);
      case 'copy-started':
        if (event.guestPath !== undefined) this.#paths.set(copyKey(event), event.guestPath);
        return this.#said(event, 'debug', '>', `${this.#passOf(event)}…`);
      case 'copy-progress':
        return this.#said(event, 'info', '>', `${this.#passOf(event)}: ${progressText(event)}`);
      case 'copy-finished':
        return this.#took(event, 'info', '>', `${this.#passOf(event)}: ${copyResult(event)}`);
      case 'guest-held':
        return this.#said(event, 'info', '=', heldText(event));
      case 'guest-released':
        return this.#said(event, 'info', '=', releasedText(event));
      case 'snapshot-fill':
        return this.#said(event, 'debug', '=', fillText(event));
      case 'notice':
        return this.#noticed(event);
      case 'target-finished':
        return this.#targetFinished(event);
      case 'guest-finished':
        return this.#guestFinished(event);
      case 'report':
        return this.#said(event, 'info', '=', reportText(event));
    }
  }

  #said(
    event: RunEvent,
    level: Narration['level'],
    mark: Narration['mark'],
    text: string,
  ): Narration {
    return { level, mark, text, ...placeOf(event) };
  }

  #took(
    event: RunEvent & { readonly durationMs: number },
    level: Narration['level'],
    mark: Narration['mark'],
    text: string,
  ): Narration {
    return { ...this.#said(event, level, mark, text), durationMs: event.durationMs };
  }

  #sourceOpened(event: EventOf<'source-opened'>): Narration {
    const { tree, mounts } = event;
    const lines = [...treeLines(tree, mounts, 'without-maps'), '', ...mountLines(mounts)];
    return { ...this.#said(event, 'info', '=', 'source is open'), lines };
  }

  #targetOpened(event: EventOf<'target-opened'>): Narration {
    const text = `target is open, laid out as the source; ${counted(event.transfers.length, 'device')} to bring over`;
    return { ...this.#said(event, 'info', '=', text), lines: transferLines(event.transfers) };
  }

  #stepFinished(event: EventOf<'step-finished'>): Narration {
    const text = this.#steps.sayStepOf(event);
    return { ...this.#took(event, 'info', '+', text), details: this.#detailsOf(event) };
  }

  #undoFinished(event: EventOf<'undo-finished'>): Narration | undefined {
    if (this.#steps.undoOf(event)?.kind === 'nothing') return undefined;
    const text = this.#steps.sayUndoOf(event);
    return { ...this.#took(event, 'info', '-', text), details: this.#detailsOf(event) };
  }

  #detailsOf(event: RunEvent): readonly string[] {
    const step = this.#steps.stepOf(event);
    return step === undefined ? [] : stepDetails(step);
  }

  #noticed(event: EventOf<'notice'>): Narration {
    const { level, message, remedy } = event;
    const mark = level === 'info' ? '=' : '!';
    return { ...this.#said(event, level, mark, message), ...remedyOf(remedy) };
  }

  #targetFinished(event: EventOf<'target-finished'>): Narration {
    const { outcome, reason, remedy, guest = '', host = '' } = event;
    if (reason === undefined) return this.#said(event, 'info', '=', `target ${outcome}`);
    this.#told.add(`${guest}: ${host}: ${reason}`);
    const text = withoutHost(reason, host);
    const problem = this.#said(event, levelOf(outcome), '!', text);
    return { ...problem, ...remedyOf(remedy), ...detailsOf(event) };
  }

  #guestFinished(event: EventOf<'guest-finished'>): Narration {
    const { outcome, reason, remedy, guest = '' } = event;
    const text = reason === undefined ? `guest ${outcome}` : `guest ${outcome}: ${reason}`;
    if (outcome === 'done') return this.#said(event, 'info', '=', text);
    // What was said of the target already is not said twice.
    if (this.#told.has(`${guest}: ${reason ?? ''}`)) return this.#said(event, 'info', '=', text);
    const problem = this.#said(event, levelOf(outcome), '!', reason ?? `guest ${outcome}`);
    return { ...problem, ...remedyOf(remedy), ...detailsOf(event) };
  }

  #passOf(event: CopyEvent): string {
    const path = this.#paths.get(copyKey(event));
    const what = path === undefined ? event.fileSystem : `${path} (${event.fileSystem})`;
    return event.pass === 'dry' ? `dry pass over ${what}` : `copy of ${what}`;
  }
}

function remedyOf(remedy: string | undefined): Pick<Narration, 'remedy'> {
  return remedy === undefined ? {} : { remedy };
}

function detailsOf({ details }: { readonly details?: ErrorDetails }): Pick<Narration, 'details'> {
  return details === undefined ? {} : { details: sayDetails(details) };
}

/** Busy is expected now and then; everything else that is not done is an error. */
function levelOf(outcome: string): 'warning' | 'error' {
  return outcome === 'busy' ? 'warning' : 'error';
}

function runStarted({ command, runId, guests }: EventOf<'run-started'>): string {
  return guests.length === 0
    ? `${command} ${runId}`
    : `${command} ${runId}: ${counted(guests.length, 'guest')}: ${guests.join(', ')}`;
}

type CopyEvent = EventOf<'copy-started' | 'copy-progress' | 'copy-finished'>;

function copyKey({ guest, host, fileSystem }: CopyEvent): string {
  return JSON.stringify([guest, host, fileSystem]);
}

/** `45 %, 1.2 GiB, 80 MiB/s, 12 s left`. */
function progressText(progress: {
  readonly percent: number;
  readonly transferredBytes: number;
  readonly bytesPerSecond: number;
  readonly remainingMs?: number;
}): string {
  const { percent, transferredBytes, bytesPerSecond, remainingMs } = progress;
  const left = remainingMs === undefined ? '' : `, ${formatDuration(remainingMs)} left`;
  return `${Math.floor(percent)} %, ${formatBytes(transferredBytes)}, ${formatBytes(Math.round(bytesPerSecond))}/s${left}`;
}

function copyResult(event: EventOf<'copy-finished'>): string {
  const { outcome, files, bytes, deletions, pass } = event;
  if (outcome !== 'done') return `ended: ${outcome}`;
  const totals = `${counted(files, 'file')}, ${formatBytes(bytes)}, ${counted(deletions, 'deletion')}`;
  return pass === 'dry' ? `would copy ${totals}` : totals;
}

function heldText({ by, limitMs }: EventOf<'guest-held'>): string {
  const what = by === 'pause' ? 'the guest is paused' : "the guest's file systems are frozen";
  return `${what}, for ${formatDuration(limitMs)} at most`;
}

function releasedText({ by, pauseMs }: EventOf<'guest-released'>): string {
  return `the guest goes on; it was ${by === 'pause' ? 'paused' : 'frozen'} for ${formatDuration(pauseMs)}`;
}

function fillText(event: EventOf<'snapshot-fill'>): string {
  const { snapshot, usedShare, sizeBytes, bytesPerSecond } = event;
  const percent = Math.round(usedShare * 100);
  if (sizeBytes === undefined) return `thin pool ${snapshot} is ${percent} % full`;
  const speed = bytesPerSecond === undefined ? '' : `, ${formatBytes(bytesPerSecond)}/s`;
  return `snapshot ${snapshot} is ${percent} % full of ${formatBytes(sizeBytes)}${speed}`;
}

function reportText({ report }: EventOf<'report'>): string {
  return `${report.command} ${report.runId} ended after ${formatDuration(report.durationMs)}, exit ${report.exitCode}`;
}
