import type { GuestName, HostName, RunEvent } from '../../core/index.js';
import { stageTexts } from '../render/words.js';
import type { StepMemory } from './step-memory.js';

/** What one host does for one guest at the moment. */
export interface LiveHost {
  readonly host: HostName;
  readonly doing: string;
  readonly progress?: LiveProgress;
  /** How full each snapshot or pool on this host is, by its name; 0 to 1. */
  readonly fills?: ReadonlyMap<string, number>;
  /** Set when the target is done with, well or not. */
  readonly outcome?: string;
}

export interface LiveProgress {
  readonly percent: number;
  readonly transferredBytes: number;
  readonly bytesPerSecond: number;
  readonly remainingMs?: number;
}

export interface LiveGuest {
  readonly guest: GuestName;
  readonly source: HostName;
  /** The source first. */
  readonly hosts: readonly LiveHost[];
}

/** What a live display shows. */
export interface LiveState {
  readonly title: string;
  readonly waiting: readonly GuestName[];
  readonly active: readonly LiveGuest[];
}

export const nothingYet: LiveState = { title: '', waiting: [], active: [] };

/**
 * The state after an event.
 *
 * @param steps - has learned of the event.
 */
export function afterEvent(state: LiveState, event: RunEvent, steps: StepMemory): LiveState {
  switch (event.type) {
    case 'run-started':
      return { ...state, title: `${event.command} ${event.runId}`, waiting: event.guests };
    case 'guest-started':
      return withGuest(state, event.guest ?? '', event.source, event.targets);
    case 'guest-skipped':
    case 'guest-finished':
      return withoutGuest(state, event.guest ?? '');
    case 'stage-started':
      return doing(state, event, stageTexts[event.stage]);
    case 'step-started':
      return doing(state, event, steps.sayStepOf(event));
    case 'undo-started':
      return event.undo.kind === 'nothing' ? state : doing(state, event, steps.sayUndoOf(event));
    case 'copy-started':
      return doing(state, event, copyName(event));
    case 'copy-progress': {
      const { percent, transferredBytes, bytesPerSecond, remainingMs } = event;
      const left = remainingMs === undefined ? {} : { remainingMs };
      const progress = { percent, transferredBytes, bytesPerSecond, ...left };
      return withHost(state, event, (host) => ({ ...host, progress }));
    }
    case 'snapshot-fill':
      return withHost(state, event, (host) => ({
        ...host,
        fills: new Map([...(host.fills ?? []), [event.snapshot, event.usedShare]]),
      }));
    case 'copy-finished':
      return withHost(state, event, (host) => withoutProgress(host, host.doing));
    case 'target-finished':
      return withHost(state, event, (host) => ({
        ...withoutProgress(host, event.reason ?? ''),
        outcome: event.outcome,
      }));
    case 'source-opened':
      return doing(state, event, 'open');
    case 'guest-held':
      return doing(state, event, event.by === 'pause' ? 'guest is paused' : 'guest is frozen');
    case 'guest-released':
      return doing(state, event, 'guest goes on');
    case 'target-opened':
    case 'stage-finished':
    case 'step-finished':
    case 'step-failed':
    case 'undo-finished':
    case 'undo-failed':
    case 'notice':
    case 'report':
      return state;
  }
}

function withGuest(
  state: LiveState,
  guest: GuestName,
  source: HostName,
  targets: readonly HostName[],
): LiveState {
  const hosts = [source, ...targets].map((host) => ({ host, doing: '' }));
  return {
    ...state,
    waiting: state.waiting.filter((name) => name !== guest),
    active: [...state.active, { guest, source, hosts }],
  };
}

function withoutGuest(state: LiveState, guest: GuestName): LiveState {
  return {
    ...state,
    waiting: state.waiting.filter((name) => name !== guest),
    active: state.active.filter((active) => active.guest !== guest),
  };
}

function doing(state: LiveState, event: RunEvent, text: string): LiveState {
  return withHost(state, event, (host) => withoutProgress(host, text));
}

function withHost(
  state: LiveState,
  { guest, host: name }: RunEvent,
  change: (host: LiveHost) => LiveHost,
): LiveState {
  return {
    ...state,
    active: state.active.map((active) =>
      active.guest === guest
        ? {
            ...active,
            hosts: active.hosts.map((host) => (host.host === name ? change(host) : host)),
          }
        : active,
    ),
  };
}

function withoutProgress({ host, outcome, fills }: LiveHost, text: string): LiveHost {
  return {
    host,
    doing: text,
    ...(fills === undefined ? {} : { fills }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

function copyName(event: RunEvent & { readonly type: 'copy-started' }): string {
  const what = event.guestPath ?? event.fileSystem;
  return event.pass === 'dry' ? `dry pass over ${what}` : `copy ${what}`;
}
