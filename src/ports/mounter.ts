import type { MountEntry, RootIdentity } from '../core/model/index.js';

/** A file system to be mounted. */
export interface MountRequest {
  readonly device: string;
  readonly mountPoint: string;
  /** Explicit type, from the core's list; never guessed by mount(8). */
  readonly fileSystemType: string;
  /** In order; the core's policy decides them. */
  readonly options: readonly string[];
}

/** Mounts of a host. Never lazy, never forced. */
export interface Mounter {
  /** All mounts (/proc/self/mountinfo), in mount order. */
  list(): Promise<readonly MountEntry[]>;
  /** @throws `mount-failed` with mount's own text. */
  mount(request: MountRequest): Promise<void>;
  /** A small tmpfs, mode 0700, for mount points of ours. @throws `mount-failed`. */
  mountTemporary(mountPoint: string, sizeBytes: number): Promise<void>;
  /** Makes directories (0700) with one command. */
  makeMountPoints(paths: readonly string[]): Promise<void>;
  /** Remounts one of our tmpfs read-only. @throws `mount-failed`. */
  makeReadOnly(mountPoint: string): Promise<void>;
  /**
   * Unmounts. Not mounted is fine.
   *
   * @throws `mount-busy` after bounded retries, with who holds it: pid, command and what each does
   * there, in other mount namespaces too. Never lazy, never forced.
   */
  unmount(mountPoint: string): Promise<void>;
  /** Identity of the directory as it is now. @throws `mount-missing`. */
  rootIdentity(mountPoint: string): Promise<RootIdentity>;
}
