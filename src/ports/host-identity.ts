/** Facts that tell one machine from another. */
export interface HostIdentity {
  /** /proc/sys/kernel/random/boot_id: equal only for one machine in one boot. */
  readonly bootId: string;
  /** /etc/machine-id if there is one: survives reboots, but clones share it. */
  readonly machineId?: string;
  /** `uname -n`. */
  readonly nodeName: string;
}

/** Who the machine at the other end of a runner is. */
export interface HostIdentityReader {
  /** @throws `output-unexpected` when boot_id cannot be read. */
  read(): Promise<HostIdentity>;
}
