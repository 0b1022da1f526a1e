import type { DeviceNumber } from '../core/model/index.js';
import type { CopyOptions, CopyOutcome, ReplicationPeer } from './file-copier.js';

/** A block device as it was when it was opened. Both ends prove it before they touch it. */
export interface ProvenDevice {
  /** `/dev/mapper/...`; the map must still have this name. */
  readonly path: string;
  readonly deviceNumber: DeviceNumber;
  readonly sizeBytes: number;
}

/** What guards the receiving side of a transfer. */
export interface ReceiverMarks {
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

/** One pass over one device. */
export interface BlockTransferRequest extends ReceiverMarks {
  readonly source: ProvenDevice;
  /** Of the same size. */
  readonly target: ProvenDevice;
  readonly peer: ReplicationPeer;
  /** `dry` proves both devices, the connection and the tools; it reads and writes no block. */
  readonly pass: 'dry' | 'real';
  /** KiB per second; 0 is unlimited. */
  readonly bandwidthLimitKiBPerSecond: number;
  readonly ioClass: 'idle' | 'best-effort' | 'none';
  /** No byte for this long ends the transfer. Both sides read without a word at times. */
  readonly stallTimeoutMs: number;
}

/**
 * One block device onto its partner: only blocks that differ go over the wire, zeros nearly for
 * free. Started on the source host, pushing over the system's OpenSSH; a host needs no Node for it.
 *
 * - Each side holds its device open before it compares number, name and size, and until it is done:
 *   no other device can take its place meanwhile.
 * - A transfer that is cut off leaves a mixture. Begun again, it sends what is still missing.
 * - `done` means that all of the source was read without an error, that what arrived agrees with its
 *   checksum, and that the target's disk has it. A source that cannot be read to its end is
 *   `input-output-error`, and leaves zeros where it could not be read.
 */
export interface BlockTransfer {
  /** @throws `internal` for devices of different sizes; else as `FileCopier.copy`. */
  transfer(request: BlockTransferRequest, options?: CopyOptions): Promise<CopyOutcome>;
  /**
   * Writes the start of a device of *this* host, and returns when the disk has it.
   *
   * @throws `guard-refused` when it is not the device that was proven, or its lock cannot be shared;
   * `command-failed`.
   */
  writeStart(target: ProvenDevice, bytes: Uint8Array, marks?: ReceiverMarks): Promise<void>;
}
