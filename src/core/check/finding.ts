import type { GuestName, HostName } from '../model/index.js';

/** `FAIL`: a run would fail or must not be trusted. `WARN`: it works today, but look at it. */
export type FindingLevel = 'OK' | 'WARN' | 'FAIL';

/** What a finding is about: one word for each precondition, stable for programs. */
export type CheckSubject =
  /** The host answers, its key is known, the account may do what is needed. */
  | 'connection'
  /** No two names are one machine; machine ids are not those of clones. */
  | 'host-identity'
  /** The tools a host needs, and their versions. */
  | 'tools'
  /** The source host reaches the target by SSH exactly as rsync will. */
  | 'data-path'
  /** libvirt answers. */
  | 'hypervisor'
  /** Where the guest runs, and whether its copies can be served. */
  | 'guest-state'
  /** The guest's disks are there, on logical volumes, of equal size. */
  | 'disks'
  /** The standby's disks have the layout of the source's, found by opening both. */
  | 'layout'
  /** Room in the volume group for the snapshots of all disks. */
  | 'snapshot-space'
  /** A volume group of the guest is active on a host. */
  | 'auto-activation'
  /** The standby's disks are not in use. */
  | 'standby-use'
  /** Nobody used the standby since the last replication, and that one came to its end. */
  | 'standby-state'
  /** The guest is defined on the host of a standby. */
  | 'definition'
  /** The bridges and networks of its definition exist there. */
  | 'network'
  /** Kernel and initial RAM disk outside the disks exist there. */
  | 'boot-files'
  /** libvirt does not start the standby by itself. */
  | 'autostart'
  /** A guest that runs and that no configuration names. */
  | 'uncovered-guest'
  /** What interrupted runs left. */
  | 'leftovers';

interface FindingPlace {
  readonly subject: CheckSubject;
  /** Absent for what concerns no single host. */
  readonly host?: HostName;
  /** Absent for what concerns a host whatever its guests. */
  readonly guest?: GuestName;
  /** One sentence: what was found, where. May contain text of foreign origin: escape to print. */
  readonly message: string;
}

/** One precondition on one host, judged. What is not well always says what to do about it. */
export type Finding =
  | (FindingPlace & { readonly level: 'OK' })
  | (FindingPlace & { readonly level: 'WARN' | 'FAIL'; readonly remedy: string });

/** The result of `check`, ready for `JSON.stringify`. */
export interface CheckReport {
  readonly v: 1;
  readonly runId: string;
  readonly command: 'check';
  /** 4 when any finding is a FAIL, 0 otherwise. */
  readonly exitCode: number;
  readonly durationMs: number;
  /** Hosts first, in the order of the configuration, then guests, then what is left over. */
  readonly findings: readonly Finding[];
}
