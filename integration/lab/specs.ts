export type HostName = 'dom0a' | 'dom0b';

/** What is fixed about one of the two hosts. */
export interface HostSpec {
  readonly name: HostName;
  /** The host's sshd, as the outer machine reaches it: 127.0.0.1 and this port. */
  readonly sshPort: number;
  /** This end of the UDP pair that is the cable between the two hosts. */
  readonly linkPort: number;
  readonly controlMac: string;
  readonly linkMac: string;
  /** Address on the private link; `dom0a` and `dom0b` resolve to these on the hosts. */
  readonly linkAddress: string;
}

export interface GuestDisk {
  /** Name of the logical volume on both hosts. */
  readonly volume: string;
  readonly target: string;
  readonly sizeMiB: number;
}

/** A file system of a guest, as an independent judge finds it. */
export interface GuestFileSystem {
  readonly mountPoint: string;
  readonly type: 'ext3' | 'ext4' | 'xfs';
  /** Where it lies: a whole disk, a partition of it, or a volume of the guest's own group. */
  readonly at: { readonly disk: string; readonly partition?: number; readonly volume?: string };
}

export interface GuestSpec {
  readonly name: string;
  readonly uuid: string;
  readonly memoryMiB: number;
  readonly disks: readonly GuestDisk[];
  readonly fileSystems: readonly GuestFileSystem[];
  /** Kernel command line: which root, and whether volumes must be activated first. */
  readonly cmdline: string;
  /** Where it runs in the prepared state; nowhere when it is shut off. */
  readonly runsOn?: HostName;
  /** Folders that the running guest writes to all the time: a comparison leaves them out. */
  readonly volatile: readonly string[];
}
