import type { BackingStore } from '../core/model/index.js';

/** An image file that is to be shown as a block device. */
export interface AttachRequest {
  readonly file: string;
  /**
   * Where the file is shown under a name of ours, below the run's directory, and attached from. The
   * kernel remembers this path as the loop device's file: it is the stamp that proves it ours.
   */
  readonly mountPoint: string;
  readonly access: 'read-only' | 'read-write';
}

/** A loop device of ours. */
export interface AttachedImage {
  /** `/dev/loop3`. */
  readonly device: string;
  readonly mountPoint: string;
}

/** What carries guests' disks on a host besides logical volumes. */
export interface BackingStores {
  /**
   * What lies at a path, links followed; `undefined` when nothing does.
   *
   * @throws `disk-unsupported` for what is neither a regular file nor a block device.
   */
  inspect(path: string): Promise<BackingStore | undefined>;
  /**
   * Who has it open, in words: processes, mounts, maps, loop devices, guests. Empty: nobody that
   * can be seen.
   */
  holders(store: BackingStore): Promise<readonly string[]>;
  /** @throws `command-failed`, `file-unreadable`, `output-unexpected`. */
  attach(request: AttachRequest): Promise<AttachedImage>;
  /**
   * Takes back {@link attach}, also one that came only half of its way. Nothing there is fine.
   *
   * @throws `volume-busy`, `mount-busy`.
   */
  detach(mountPoint: string): Promise<void>;
  /** Every loop device whose file lies below our run directory, whatever became of its run. */
  attached(): Promise<readonly AttachedImage[]>;
  /** What was written to a file is on the disk when this returns. @throws `command-failed`. */
  flushFile(path: string): Promise<void>;
}
