import type {
  GuestConfiguration,
  GuestDecision,
  HostName,
  StandbyRecord,
} from '../../core/index.js';
import type { RunContext } from '../context.js';
import type { StandbyChanges } from '../standby/require-unused.js';
import type { HostSession } from '../hosts/host-session.js';
import type { SessionPool } from '../hosts/session-pool.js';
import type { OpeningSource, SourceDisks } from './open-source.js';
import type { GuestSurvey } from './survey.js';

/** `plan` opens and closes; `dry-run` counts too; `run` writes. */
export type ReplicationMode = 'plan' | 'dry-run' | 'run';

export type ReplicateDecision = Extract<GuestDecision, { kind: 'replicate' }>;

export interface GuestRequest {
  readonly context: RunContext;
  readonly sessions: SessionPool;
  readonly guest: GuestConfiguration;
  readonly decision: ReplicateDecision;
  readonly mode: ReplicationMode;
  /** `shut-off` with `--from`: then the records must prove the source newest. */
  readonly sourceState: 'running' | 'shut-off';
  readonly standbyChanges: StandbyChanges;
  /** Keeps what is learned, for `capture`. */
  readonly survey?: GuestSurvey;
}

/** A target whose lock is held, with what it remembers. */
export interface LockedTarget {
  readonly session: HostSession;
  readonly record: StandbyRecord | undefined;
  /** Aborts when the target is no longer ours alone. */
  readonly lost: AbortSignal;
}

/** What the targets of one guest have in common. */
export interface GuestReplication {
  readonly context: RunContext;
  readonly guest: GuestConfiguration;
  readonly mode: ReplicationMode;
  readonly standbyChanges: StandbyChanges;
  readonly survey?: GuestSurvey;
  readonly disks: SourceDisks;
  /** The source on its way: targets open their devices meanwhile. */
  readonly opening: OpeningSource;
  readonly sourceRecord: StandbyRecord | undefined;
  /** Number and lineage of this run, the same for the source and all targets. */
  readonly next: Pick<StandbyRecord, 'counter' | 'lineage'>;
  /**
   * Makes the source remember this run, once. Before any standby does: a standby that remembered
   * more than its own source would be refused for ever.
   */
  readonly rememberSource: () => Promise<void>;
}

/** The record of this replication for one host. */
export function newRecord(
  replication: Pick<GuestReplication, 'context' | 'guest' | 'disks' | 'next'>,
  role: StandbyRecord['role'],
  state: StandbyRecord['state'],
): StandbyRecord {
  const { context, guest, disks, next } = replication;
  const sourceName: HostName = disks.session.name;
  return {
    v: 1,
    guest: guest.name,
    role,
    state,
    ...next,
    runId: context.runId,
    source: sourceName,
    domainXml: disks.definition.xml,
    writtenAt: new Date(context.clock.now()).toISOString(),
  };
}
