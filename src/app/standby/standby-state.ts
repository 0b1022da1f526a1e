import {
  type BlocksTransfer,
  type DeviceTree,
  type GuestName,
  isXenBackupError,
  type StandbyCondition,
  type StandbyRecord,
  toXenBackupError,
  type XenBackupError,
} from '../../core/index.js';
import type { EventSink, Host } from '../../ports/index.js';
import { writeRecord } from './records.js';
import { requireUnused, type StandbyChanges } from './require-unused.js';
import { type StandbyDisks, takeSeal } from './seal.js';

/** What a target's record is kept with. */
export interface StandbyStateInit {
  readonly host: Host;
  readonly stateDirectory: string;
  readonly guest: GuestName;
  readonly runId: string;
  readonly changes: StandbyChanges;
  readonly events: EventSink;
}

/**
 * A target's record in the course of a run: sealed -> seal broken (before the first read-write
 * mount, which alone changes a disk) -> `syncing` (before the first byte) -> `complete`, sealed
 * anew. Whatever dies in between leaves a record that promises no more than is true.
 */
export class StandbyState {
  readonly #init: StandbyStateInit;
  #record: StandbyRecord | undefined;
  /** The record as it was before this run broke its seal. */
  #sealed: StandbyRecord | undefined;
  #found: 'unchanged' | 'changed' = 'unchanged';

  constructor(init: StandbyStateInit, record: StandbyRecord | undefined) {
    this.#init = init;
    this.#record = record;
  }

  /** What the record says now. */
  get condition(): StandbyCondition {
    if (this.#record === undefined) return 'unrecorded';
    return this.#record.state === 'syncing' ? 'torn' : 'complete';
  }

  /** @throws `standby-used`. */
  async requireUnused(disks: StandbyDisks): Promise<void> {
    const { guest, changes, events, host } = this.#init;
    const standby = { guest, host: host.name, record: this.#record, changes, events };
    this.#found = await requireUnused(standby, disks);
  }

  /** From now on the seal proves nothing: the disks are about to be mounted read-write. */
  async breakSeal(): Promise<void> {
    const { runId } = this.#init;
    if (this.#record?.seal?.kind !== 'whole') return;
    const sealed = this.#record;
    await this.#write({ ...sealed, seal: { kind: 'broken', runId } });
    this.#sealed = sealed;
  }

  /** The first byte is about to be written. */
  async begin(record: StandbyRecord): Promise<void> {
    await this.#write(record);
    this.#sealed = undefined;
  }

  /**
   * The last byte is on the disk and everything is unmounted.
   *
   * @throws what reading the disks or writing the record throws: it then still says `syncing`.
   */
  async complete(
    disks: StandbyDisks,
    tree: DeviceTree,
    byBlocks: readonly BlocksTransfer[],
  ): Promise<void> {
    if (this.#record?.state !== 'syncing') return;
    const seal = await takeSeal(disks, tree, byBlocks);
    await this.#write({ ...this.#record, state: 'complete', seal });
  }

  /**
   * Seals a standby anew that was mounted but not written. Not where somebody else used it, before
   * or meanwhile: there the old seal comes back, which the disks no longer match.
   *
   * @param disks - everything of ours on them is unmounted and flushed.
   */
  async restore(
    cause: XenBackupError,
    disks: StandbyDisks,
    tree: DeviceTree,
    byBlocks: readonly BlocksTransfer[],
  ): Promise<void> {
    const sealed = this.#sealed;
    if (sealed === undefined) return;
    const isOurs = this.#found === 'unchanged' && !isXenBackupError(cause, 'standby-in-use');
    try {
      await this.#write(
        isOurs ? { ...sealed, seal: await takeSeal(disks, tree, byBlocks) } : sealed,
      );
    } catch (error) {
      // What ended the run is told already; the record says that the seal is broken.
      const { message, remedy } = toXenBackupError(error);
      const { events, guest, host } = this.#init;
      events.emit({ type: 'notice', level: 'warning', guest, host: host.name, message, remedy });
    }
  }

  async #write(record: StandbyRecord): Promise<void> {
    const { host, stateDirectory } = this.#init;
    await writeRecord(host, stateDirectory, record);
    this.#record = record;
  }
}
