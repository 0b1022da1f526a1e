import type { GuestName, HostName } from '../model/index.js';

/**
 * What a host remembers of a guest's disks. The counter, never a clock, says which host has the
 * newest data: each run gives the source and the targets it completes one and the same number,
 * higher than any of theirs before.
 */
export interface StandbyRecord {
  readonly v: 1;
  readonly guest: GuestName;
  readonly role: 'source' | 'standby';
  /** `syncing` from before the first byte until after the last check: a mixture. */
  readonly state: 'syncing' | 'complete';
  readonly counter: number;
  readonly runId: string;
  /** The host that was copied from. */
  readonly source: HostName;
  /** Definition of the guest on the source at that time. */
  readonly domainXml: string;
  /** ISO 8601, for people only. */
  readonly writtenAt: string;
}

/** May this standby be written from this source? Equal counters are the ordinary case. */
export function isSourceOutdated(
  source: StandbyRecord | undefined,
  standby: StandbyRecord | undefined,
): boolean {
  if (standby === undefined) return false;
  return (source?.counter ?? 0) < provenCounter(standby);
}

/** A torn standby has only part of its counter's data: it proves nothing beyond the one before. */
function provenCounter(record: StandbyRecord): number {
  return record.state === 'complete' ? record.counter : record.counter - 1;
}

/** The number of the next run: above everything any host remembers. */
export function nextCounter(records: readonly (StandbyRecord | undefined)[]): number {
  return 1 + Math.max(0, ...records.map((record) => record?.counter ?? 0));
}

/**
 * True when the records prove that one host has the newest data of a guest that is shut off
 * everywhere: it was the last source, and no other host remembers a later run.
 */
export function isProvenNewest(
  candidate: StandbyRecord | undefined,
  others: readonly (StandbyRecord | undefined)[],
): boolean {
  if (candidate?.role !== 'source') return false;
  return others.every((other) => (other?.counter ?? 0) <= candidate.counter);
}
