import type { BackingStore, ImageFormat } from '../core/model/index.js';

/** An image file that is to be shown as a block device. */
export interface AttachRequest {
  readonly file: string;
  readonly image: ImageFormat;
  /** Of the disk that is to be shown, as {@link BackingStores.inspect} said. */
  readonly sizeBytes: number;
  /**
   * Where the file is shown under a name of ours, below the run's directory, and attached from. The
   * kernel remembers this path, as the loop device's file or as what the image's server has open:
   * it is the stamp that proves the device ours.
   */
  readonly mountPoint: string;
  readonly access: 'read-only' | 'read-write';
}

/** A device of ours over an image file. */
export interface AttachedImage {
  /** `/dev/loop3`, `/dev/nbd0`. */
  readonly device: string;
  readonly mountPoint: string;
}

/** What carries guests' disks on a host besides logical volumes. */
export interface BackingStores {
  /**
   * What lies at a path, links followed; `undefined` when nothing does.
   *
   * @param image - what a file there is; default: raw, in sectors of 512 bytes
   * @throws `disk-unsupported` for what is neither a regular file nor a block device, for an image
   * that cannot be opened as its guest does (a backing file, encryption, damage...), and where the
   * host lacks what opens it.
   */
  inspect(path: string, image?: ImageFormat): Promise<BackingStore | undefined>;
  /**
   * Who has it open, in words: processes, mounts, maps, loop devices, guests. Empty: nobody that
   * can be seen.
   */
  holders(store: BackingStore): Promise<readonly string[]>;
  /**
   * The device is there, of its full size, when this returns.
   *
   * @throws `command-failed`, `file-unreadable`, `output-unexpected`; `disk-unsupported` when no
   * device is free; `volume-busy` when another process has a qcow2 image open.
   */
  attach(request: AttachRequest): Promise<AttachedImage>;
  /**
   * Takes back {@link attach}, also one that came only half of its way. Nothing there is fine.
   *
   * @throws `volume-busy`, `mount-busy`.
   */
  detach(mountPoint: string): Promise<void>;
  /** Every device whose file lies below our run directory, whatever became of its run. */
  attached(): Promise<readonly AttachedImage[]>;
  /** What was written to a file is on the disk when this returns. @throws `command-failed`. */
  flushFile(path: string): Promise<void>;
}
