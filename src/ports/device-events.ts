/** udev: keeps the host's automatic machinery away from the devices we make. */
export interface DeviceEvents {
  /**
   * Installs the rule for our names and makes udev read it. The rule must be in place before the
   * first map is made: udev would activate a guest's volume group by itself (measured).
   */
  installRule(path: string): Promise<void>;
  /** Removes the rule file and makes udev forget it. Absent is fine. */
  removeRule(path: string): Promise<void>;
  /** Waits until udev has handled all events so far. @throws `command-timed-out`. */
  settle(): Promise<void>;
}
