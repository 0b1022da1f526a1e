import type { GuestName, HostName, RunEvent } from '../../core/index.js';
import type { Line } from '../text/index.js';

export type NarrationLevel = 'error' | 'warning' | 'info' | 'debug';

/** An event in words. */
export interface Narration {
  readonly level: NarrationLevel;
  readonly guest?: GuestName;
  readonly host?: HostName;
  /** What kind of thing happened, for the eye. */
  readonly mark: '+' | '-' | '>' | '=' | '!';
  readonly text: string;
  readonly remedy?: string;
  readonly durationMs?: number;
  /** For those who want to know more. */
  readonly details?: readonly string[];
  /** What the text announces: a tree. */
  readonly lines?: readonly Line[];
}

/** The place of an event, for its narration. */
export function placeOf({ guest, host }: RunEvent): Pick<Narration, 'guest' | 'host'> {
  return {
    ...(guest === undefined ? {} : { guest }),
    ...(host === undefined ? {} : { host }),
  };
}

/** `dc1 on dom0b: text`, for one-line logs. */
export function oneLine({ guest, host, text }: Narration): string {
  const place = [guest, host].filter((part) => part !== undefined).join(' on ');
  return place === '' ? text : `${place}: ${text}`;
}
