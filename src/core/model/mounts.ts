/** A line of /proc/self/mountinfo, as far as we need it. */
export interface MountEntry {
  readonly mountPoint: string;
  /** `/dev/mapper/...`, `tmpfs`... */
  readonly source: string;
  readonly type: string;
  /** Mount options (per mount), then super block options. */
  readonly options: readonly string[];
  readonly deviceNumber: { readonly major: number; readonly minor: number };
  /** Root of the mount inside its file system: `/`, or a subvolume or bind path. */
  readonly root: string;
}

/**
 * Identity of a mounted file system's root directory, as stat(2) gives it. The sender and the
 * receiver of a copy compare it with `.` after changing directory; only then they start.
 */
export interface RootIdentity {
  /** st_dev in decimal. */
  readonly device: string;
  /** st_ino in decimal. */
  readonly inode: string;
}
