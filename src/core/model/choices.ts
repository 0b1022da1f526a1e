import type { NodePosition } from './tree.js';

/** How one device of a guest is brought over; `skip`: not at all. */
export type DeviceChoice = 'files' | 'blocks' | 'skip';

/** What the configuration says about how a guest's devices are brought over. */
export interface TransferChoices {
  /**
   * `files`: each device by what it bears. `blocks`: every disk as it is, without a look inside;
   * nothing of the guest is mounted. Default `files`.
   */
  readonly mode?: 'files' | 'blocks';
  /** By position or by mount point. What is not named goes by its content. Default: nothing. */
  readonly devices?: Readonly<Record<string, DeviceChoice>>;
}

/**
 * What is configured for a device, `undefined` when nothing is. Its position says more than a mount
 * point, which the guest itself can change.
 *
 * @param guestPaths - where the guest mounts it.
 */
export function choiceFor(
  { devices = {} }: TransferChoices,
  position: NodePosition,
  guestPaths: readonly string[] = [],
): DeviceChoice | undefined {
  const named = [position, ...guestPaths].find((name) => Object.hasOwn(devices, name));
  return named === undefined ? undefined : devices[named];
}
