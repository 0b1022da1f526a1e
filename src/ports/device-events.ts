/** udev: keeps the host's automatic machinery away from the devices we make. */
export interface DeviceEvents {
  /**
   * Installs the rule for our names and makes udev read it. The rule must be in place before the
   * first map is made: udev would activate a guest's volume group by itself (measured).
   */
  installRule(path: string): Promise<void>;
  /**
   * Whether udev, asked about a map of ours that exists, leaves it alone: a rule that is written is
   * not yet a rule that is followed (other rules may come later, udevd may not have read it).
   *
   * @throws `device-not-found`; `output-unexpected`.
   */
  isLeftAlone(device: string): Promise<boolean>;
  /** Removes the rule file and makes udev forget it. Absent is fine. */
  removeRule(path: string): Promise<void>;
  /** Waits until udev has handled all events so far. @throws `command-timed-out`. */
  settle(): Promise<void>;
}
