import type { RootIdentity } from '../core/model/index.js';

/** A mounted file system whose identity was proven. */
export interface ProvenMount {
  readonly mountPoint: string;
  readonly identity: RootIdentity;
}

/** How the source host reaches a target for the data. */
export interface ReplicationPeer {
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  /** Path on the source host. */
  readonly identityFile?: string;
  /** Path on the source host. */
  readonly knownHostsFile?: string;
  /** Run the receiver through `sudo -n`. */
  readonly elevation: 'none' | 'sudo';
}

/** One pass over one file system. */
export interface CopyRequest {
  readonly source: ProvenMount;
  readonly target: ProvenMount;
  readonly peer: ReplicationPeer;
  /** `dry` counts and changes nothing. */
  readonly pass: 'dry' | 'real';
  /** `posix`: everything. `vfat`: no owners, links, xattrs. */
  readonly faithfulness: 'posix' | 'vfat';
  /** rsync patterns, anchored at this file system's root. */
  readonly excludes: readonly string[];
  /** The pass ends with outcome `deletion-limit` when it would delete more. */
  readonly maxDeletes?: number;
  /** KiB per second; 0 is unlimited. */
  readonly bandwidthLimitKiBPerSecond: number;
  readonly ioClass: 'idle' | 'best-effort' | 'none';
  /**
   * No byte for this long ends the copy (rsync's `--timeout`). It does not see one process of the
   * target stuck while the other still answers (measured): only `signal` ends such a copy.
   */
  readonly stallTimeoutMs: number;
  /**
   * Marks every process of the receiving side, so that it can be found later and by others:
   * `<run id>-<number>`, letters, digits and hyphens. Default: a random one.
   */
  readonly tag?: string;
  /**
   * Name of the lock that guards the target. The receiver keeps a share of it for as long as it
   * lives, so that the lock is not free while a writer lives. Default: none.
   */
  readonly targetLock?: string;
}

/** rsync's own totals (`--info=stats2`). */
export interface CopyStatistics {
  /** Entries in the source's list, all kinds. */
  readonly sourceEntries: number;
  readonly createdEntries: number;
  readonly deletedEntries: number;
  /** Regular files whose content was (or would be) sent. */
  readonly transferredFiles: number;
  readonly sourceBytes: number;
  readonly transferredBytes: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** How far a copy has come. */
export interface CopyProgress {
  readonly transferredBytes: number;
  /** 0 to 100. */
  readonly percent: number;
  readonly bytesPerSecond: number;
  readonly remainingMs?: number;
}

/** How a pass ended. Everything but `done` leaves the target not complete. */
export type CopyOutcome =
  | { readonly kind: 'done'; readonly statistics: CopyStatistics }
  | {
      readonly kind:
        | 'deletion-limit'
        | 'source-guard-refused'
        | 'target-guard-refused'
        | 'partial'
        | 'vanished'
        | 'target-full'
        | 'timeout'
        | 'connection-lost'
        | 'host-key-unknown'
        | 'authentication-failed'
        | 'tool-missing'
        | 'protocol-mismatch'
        | 'usage'
        | 'interrupted'
        | 'input-output-error'
        | 'failed';
      readonly exitCode: number;
      /** Last lines of rsync's stderr, escaped for a terminal. */
      readonly text: string;
    };

/** How a copy is watched and ended. */
export interface CopyOptions {
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Stops the copy; both sides are proven dead before the promise settles. */
  readonly signal?: AbortSignal;
  /**
   * Proves on the *target* that no process of this copy lives there any more; normally the
   * target's own {@link FileCopier.stopReceivers}. Called once, with the tag of the copy, after
   * every end but `done` where a receiver may have been started. Its error becomes the copy's.
   * Without it only the source side is proven dead.
   */
  readonly stopReceivers?: (tag: string) => Promise<void>;
}

/** Whether one host reaches another for the data, found out without copying anything. */
export type PeerProbe =
  /** `bootId` is that of the machine that answered, to be compared with the one that was meant. */
  | { readonly kind: 'reachable'; readonly bootId: string }
  | {
      readonly kind:
        | 'host-key-unknown'
        | 'authentication-failed'
        | 'connection-lost'
        | 'timeout'
        | 'tool-missing'
        | 'privilege-missing'
        | 'failed';
      readonly exitCode: number;
      /** Last lines of ssh's stderr, escaped for a terminal. */
      readonly text: string;
    };

/**
 * One file system onto its partner (rsync, started on the source host, pushing over the system's
 * OpenSSH). Sender and receiver start *inside* the file systems: each changes directory, compares
 * `.` with the identity given, and only then executes rsync on `.`. See docs/decisions.
 */
export interface FileCopier {
  copy(request: CopyRequest, options?: CopyOptions): Promise<CopyOutcome>;
  /**
   * Ends every receiving process on *this* host that bears the tag, or a tag of the run id given,
   * and returns only when none is left in /proc. Finding none is fine.
   *
   * @throws `command-stop-unproven` when one survives; `host-unreachable`.
   */
  stopReceivers(tag: string): Promise<void>;
  /**
   * Connects from *this* host to a peer exactly as a copy would (the same words of ssh, the same
   * elevation) and reads the peer's boot id. Prompts for nothing, changes nothing on either side.
   *
   * @throws as `CommandRunner.run`, when this host itself cannot be asked; `output-unexpected`.
   */
  probePeer(peer: ReplicationPeer): Promise<PeerProbe>;
}
