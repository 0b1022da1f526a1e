import type { GuestName, HostName, RunId } from '../model/index.js';
import type { StandbySeal } from './seal.js';

/**
 * What a host remembers of a guest's disks. Numbers, never a clock, say which host has the newest
 * data, and the lineage says whether two hosts count the same runs at all.
 */
export interface StandbyRecord {
  readonly v: 1;
  readonly guest: GuestName;
  readonly role: 'source' | 'standby';
  /** `syncing` from before the first byte until after the last check: a mixture. */
  readonly state: 'syncing' | 'complete';
  /** Number of the run: one more than the source's before it, the same for all its targets. */
  readonly counter: number;
  readonly runId: RunId;
  /** The host that was copied from. */
  readonly source: HostName;
  /** Every change of the source so far, from the first run on; never empty. */
  readonly lineage: readonly SourceSpan[];
  /** Definition of the guest on the source at that time. */
  readonly domainXml: string;
  /** ISO 8601, for people only. */
  readonly writtenAt: string;
  /** What the standby looked like at the end; only with `standby` and `complete`. */
  readonly seal?: StandbySeal;
}

/** What a host's record says of its copy; `torn`: a mixture that the next run repairs. */
export type StandbyCondition = 'complete' | 'torn' | 'unrecorded';

/** Runs in a row from one source. Its first run tells it from any other of that host. */
export interface SourceSpan {
  readonly source: HostName;
  /** Number of its first run. */
  readonly since: number;
  readonly runId: RunId;
}

/**
 * May this standby not be written from this source, because it may hold what the source has not?
 * It may when its last run is one that the source descends from. Higher numbers alone prove
 * nothing: an old primary that came back, and found another target, would count on beyond those it
 * must not touch. A source that is itself a torn replica may overwrite nothing: it is a mixture of
 * unknown age, and what it writes would pass for whole.
 */
export function isSourceOutdated(
  source: StandbyRecord | undefined,
  standby: StandbyRecord | undefined,
): boolean {
  if (source?.state === 'syncing') return true;
  return standby !== undefined && (source === undefined || !descendsFrom(source, standby));
}

function descendsFrom(record: StandbyRecord, ancestor: StandbyRecord): boolean {
  const last = ancestor.lineage.at(-1);
  const index = record.lineage.findIndex(
    ({ runId, since }) => runId === last?.runId && since === last.since,
  );
  const end = record.lineage[index + 1]?.since ?? record.counter + 1;
  return index >= 0 && ancestor.counter < end;
}

/** Number and lineage of the next run, for the records of its source and of all its targets. */
export function nextRun(
  before: StandbyRecord | undefined,
  source: HostName,
  runId: RunId,
): Pick<StandbyRecord, 'counter' | 'lineage'> {
  const counter = (before?.counter ?? 0) + 1;
  const lineage = before?.lineage ?? [];
  // A host that goes on as the source goes on with its span; so does nobody else's.
  const goesOn = before?.role === 'source' && lineage.at(-1)?.source === source;
  return { counter, lineage: goesOn ? lineage : [...lineage, { source, since: counter, runId }] };
}

/**
 * True when the records prove that one host has the newest data of a guest that is shut off
 * everywhere: it was the last source, and descends from whatever any other host remembers.
 */
export function isProvenNewest(
  candidate: StandbyRecord | undefined,
  others: readonly (StandbyRecord | undefined)[],
): boolean {
  if (candidate?.role !== 'source') return false;
  return others.every((other) => other === undefined || descendsFrom(candidate, other));
}
