import type { Machine } from '../world/state.js';
import { deviceAt, deviceOf, keyOf } from './devices.js';
import { contentOn, eraseContent, viewOf } from './contents.js';
import { copyDevices } from './copy-device.js';
import { resolveRange, wholeOf } from './resolve.js';
import type { DeviceKey } from './types.js';

/** A device of a machine. */
export interface DeviceThere {
  readonly machine: Machine;
  readonly key: DeviceKey;
}

/** Finds a device by any of its paths. */
export function deviceThere(machine: Machine, path: string): DeviceThere | undefined {
  const device = deviceAt(machine, path);
  return device === undefined ? undefined : { machine, key: keyOf(device.number) };
}

/**
 * Makes one device the equal of another, as a program does that writes all of its blocks. What began
 * anywhere on it is gone.
 *
 * @throws SimulationError `input-output`, `device-missing`.
 */
export function overwriteDevice(from: DeviceThere, onto: DeviceThere): void {
  const [source, target] = [from, onto].map(({ machine, key }) => deviceOf(machine, key));
  if (source === undefined || target === undefined) return;
  // Asked first: what cannot be read erases nothing.
  resolveRange(from.machine, from.key, wholeOf(source));
  eraseContent(onto.machine, onto.key);
  copyDevices(from.machine, onto.machine, [{ from: source, onto: target }]);
}

/**
 * What a device looks like to which a part of another has been written: it begins as that one does,
 * and its bytes are those of neither.
 */
export function mixDevice(from: DeviceThere, onto: DeviceThere): void {
  const source = contentOn(from.machine, from.key)?.content;
  const target = contentOn(onto.machine, onto.key);
  if (source?.kind === 'other') {
    const digest = `a mixture with ${source.digest}`;
    if (target?.content.kind === 'other') target.record.content = { ...source, digest };
  }
}

/** Do two devices bear the same bytes? File systems never do: each has been used in its own way. */
export function areEqual(from: DeviceThere, onto: DeviceThere): boolean {
  const [left, right] = [textsOn(from), textsOn(onto)];
  return left !== undefined && left === right;
}

function textsOn({ machine, key }: DeviceThere): string | undefined {
  let before = 0;
  const texts: string[] = [];
  for (const extent of resolveRange(machine, key, wholeOf(deviceOf(machine, key)))) {
    for (const record of viewOf(machine, extent.view).values()) {
      const [first] = record.layout;
      const isHere =
        first?.space === extent.space &&
        first.start >= extent.start &&
        first.start < extent.start + extent.sectors;
      if (!isHere) continue;
      if (record.content.kind === 'file-system') return undefined;
      texts.push(`${before + first.start - extent.start} ${JSON.stringify(record.content)}`);
    }
    before += extent.sectors;
  }
  return texts.sort().join('\n');
}
