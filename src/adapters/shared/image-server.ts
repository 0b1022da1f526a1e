import type { AttachedImage, AttachRequest } from '../../ports/index.js';

/** What is to be shown, how, and of which size. */
export type ServeRequest = Pick<AttachRequest, 'mountPoint' | 'access' | 'sizeBytes'>;

/** Shows images that are more than the bytes of a disk, by a process that understands them. */
export interface ImageServer {
  /**
   * Bytes of the disk that the guest sees.
   *
   * @throws `disk-unsupported` with the reason.
   */
  inspect(path: string): Promise<number>;
  /**
   * Shows the image that lies at the mount point.
   *
   * @returns the device.
   */
  connect(request: ServeRequest): Promise<string>;
  /** Devices whose server has a file below our run directory open. */
  connected(): Promise<readonly AttachedImage[]>;
  /**
   * Takes back {@link connect}, also one that came only half of its way. The file is open a moment
   * longer, until its server has ended.
   *
   * @throws `volume-busy`.
   */
  disconnect(mountPoint: string): Promise<void>;
}
