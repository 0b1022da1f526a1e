import * as blkid from '../../../adapters/blkid/argv.js';
import * as dmsetup from '../../../adapters/dmsetup/argv.js';
import * as kpartx from '../../../adapters/kpartx/argv.js';
import { mapStatesArgv } from '../../../adapters/lvm/argv.js';
import * as parted from '../../../adapters/parted/argv.js';
import * as udev from '../../../adapters/udev/argv.js';
import { deviceMapInfoArgv } from '../../../adapters/shared/device-map-info.js';
import { holdersArgv } from '../../../adapters/shared/holders.js';
import { loopDevice } from './plain-disks.js';
import { regionRules } from './regions.js';
import { like, type Slot } from '../like.js';
import { all, any, many, maybe, one, type Pattern, run } from '../pattern.js';
import { asked, forBoth, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';

const accesses = ['read-only', 'read-write'] as const;

/** Commands about maps, partitions, contents and udev. */
export function deviceRules(slots: Slots): readonly GateRule[] {
  const { owned, ownedDevice, volumeDevice, count, runId } = slots;
  const own: Slot = { sample: samples.owned, pattern: owned };
  const device: Slot = { sample: samples.ownedDevice, pattern: ownedDevice };
  const flushed: Slot = {
    sample: samples.path,
    pattern: any(ownedDevice, volumeDevice, ...(slots.disk === undefined ? [] : [slots.disk])),
  };
  const uuid: Slot = {
    sample: samples.mapUuid,
    pattern: all('XENBACKUP-', runId, '-', run('0-9', 1, { max: 6 })),
  };
  const seconds: Slot = { sample: String(samples.number), pattern: count };
  return [
    ...accesses.flatMap((access) => [
      forBoth(
        `dmsetup create ${access}`,
        like(
          dmsetup.createMapArgv({
            name: samples.owned,
            uuid: samples.mapUuid,
            access,
            segments: [],
          }),
          [own, uuid],
        ),
        { kind: 'checked', pattern: tablePattern(slots) },
      ),
      forBoth(
        `kpartx -a ${access}`,
        like(kpartx.addMapsArgv({ device: samples.ownedDevice, access }), [device]),
      ),
    ]),
    forBoth(
      'dmsetup remove',
      like(dmsetup.removeMapArgv(samples.owned, samples.mapUuid), [own, uuid]),
    ),
    asked(forBoth('dmsetup info', like(deviceMapInfoArgv()))),
    asked(forBoth('dmsetup info of a map', like(deviceMapInfoArgv(samples.owned), [mapName]))),
    asked(forBoth('dmsetup status', like(dmsetup.mapStatusArgv(samples.owned), [mapName]))),
    forBoth('sync', like(dmsetup.syncDeviceArgv(samples.path), [flushed])),
    forBoth('blockdev --flushbufs', like(dmsetup.flushBuffersArgv(samples.path), [flushed])),
    forBoth('kpartx -d', like(kpartx.removeMapsArgv(samples.ownedDevice), [device])),
    asked(forBoth('blkid', like(blkid.probeArgv(samples.ownedDevice), [device]))),
    asked(forBoth('blockdev --getsize64', like(blkid.sizeArgv(samples.ownedDevice), [device]))),
    asked(forBoth('parted', like(parted.printTableArgv(samples.ownedDevice, 'json'), [device]))),
    asked(
      forBoth('parted -m', like(parted.printTableArgv(samples.ownedDevice, 'machine'), [device])),
    ),
    asked(forBoth('udevadm info', like(udev.propertiesArgv(samples.ownedDevice), [device]))),
    asked(
      forBoth(
        'dmsetup status of several',
        like(mapStatesArgv([samples.owned]), [{ ...mapName, again: 'many' }]),
      ),
    ),
    ...regionRules(slots),
    forBoth('udevadm control', like(udev.reloadArgv())),
    forBoth('udevadm settle', like(udev.settleArgv(samples.number), [seconds])),
    forBoth(
      'holders',
      like(holdersArgv({ major: samples.number, minor: samples.number }), [seconds]),
    ),
  ];
}

/** A question about any map of the host: it changes nothing. */
const mapName: Slot = {
  sample: samples.owned,
  pattern: all(one('A-Za-z0-9_+.'), run('A-Za-z0-9_+.-', 0)),
};

/**
 * A table of our maps: parts of the host's volumes and of our own maps, never a whole disk; or of
 * nothing, as the proof has it that udev leaves our maps alone.
 */
function tablePattern({ ownedDevice, volumeDevice, disk, count }: Slots): Pattern {
  const plain = disk === undefined ? [] : [disk, loopDevice];
  const area = all(any(ownedDevice, volumeDevice, ...plain), ' ', count);
  const stripes = all('striped ', count, ' ', count, many(all(' ', area), 1));
  const segment = all(count, ' ', count, ' ', any(all('linear ', area), stripes, 'error'), '\n');
  return all(many(segment, 1), maybe('\n'));
}
