import { readRegionsArgv } from '../../../adapters/regions/argv.js';
import { like, type Slot } from '../like.js';
import { all, any, many } from '../pattern.js';
import { forBoth, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';

/** Reading pieces of the host's volumes and of our maps: device, offset and length of each. */
export function regionRules(slots: Slots): readonly GateRule[] {
  const { ownedDevice, volumeDevice, disk, count } = slots;
  const device = any(ownedDevice, volumeDevice, ...(disk === undefined ? [] : [disk]));
  const more = many(all(device, '\n', count, '\n', count, '\n'));
  const region = { device: samples.path, offsetBytes: 1_048_576, lengthBytes: 524_288 };
  const words: readonly Slot[] = [
    { sample: samples.path, pattern: device },
    { sample: '1048576', pattern: count },
    { sample: '524288', pattern: count },
  ];
  return (['digest', 'bytes'] as const).map((mode) =>
    forBoth(`${mode} of regions`, all(like(readRegionsArgv(mode, [region]), words), more)),
  );
}
