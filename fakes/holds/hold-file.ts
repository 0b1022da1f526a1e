import { FileContent } from '../filesystem/content.js';
import { exists, readText, writeFile } from '../filesystem/files.js';
import type { Machine } from '../world/state.js';

/** What the file of a hold says. */
export interface HoldFile {
  /** `armed`, `pause`, `freeze`. */
  readonly word: string;
  /** /proc/uptime when the guest was stopped, in milliseconds. */
  readonly sinceMs: number;
  /** The second line, as it is. */
  readonly about: string;
}

/** /proc/uptime, which counts in hundredths of a second. */
export function uptimeMs(machine: Machine): number {
  return Math.floor(machine.world.clock.elapsedMs() / 10) * 10;
}

/** `undefined` when there is none. */
export function readHoldFile(machine: Machine, path: string): HoldFile | undefined {
  if (!exists(machine, path)) return undefined;
  const [first = '', about = ''] = readText(machine, path).split('\n');
  const [word = '', since = '0'] = first.split(' ');
  return { word, sinceMs: Number(since) * 1000, about };
}

export function writeHoldFile(machine: Machine, path: string, word: string, about: string): void {
  const first = word === 'armed' ? word : `${word} ${(uptimeMs(machine) / 1000).toFixed(2)}`;
  writeFile(machine, path, FileContent.fromText(`${first}\n${about}\n`), { mode: 0o600 });
}
