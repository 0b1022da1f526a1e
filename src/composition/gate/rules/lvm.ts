import * as argv from '../../../adapters/lvm/argv.js';
import { hostDevices } from '../../../adapters/lvm/device-filters.js';
import { like, type Slot } from '../like.js';
import { all, any, many, one, type Pattern, run, text } from '../pattern.js';
import { asked, forBoth, forSource, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';

const config = 'sampleconfig';

/** Commands about the host's own volumes, and about those inside guests' disks. */
export function lvmRules(slots: Slots): readonly GateRule[] {
  const { volumeGroup, volume, owned, ownedDevice, count } = slots;
  const settings: Slot = { sample: config, pattern: hostSettings };
  const group: Slot = { sample: samples.volumeGroup, pattern: volumeGroup };
  const origin: Slot = { sample: samples.volume, pattern: volume };
  const own: Slot = { sample: samples.owned, pattern: owned };
  const stamp: Slot = {
    sample: `xen-backup-${samples.runId}`,
    pattern: all('xen-backup-', slots.runId),
  };
  const size: Slot = { sample: String(samples.number), pattern: count };
  const request = {
    volumeGroup: samples.volumeGroup,
    origin: samples.volume,
    name: samples.owned,
    tags: ['xen-backup', `xen-backup-${samples.runId}`],
  };
  const thick = { kind: 'thick', sizeBytes: samples.number } as const;
  const create = [settings, own, stamp, group, origin];
  const place = `${samples.volumeGroup}/${samples.volume}`;
  const anyPlace = any(
    slots.volumeDevice,
    ...(slots.disk === undefined ? [] : [slots.disk]),
    all(volumeGroup, '/', volume),
  );
  const device = {
    sample: `"a|^${samples.ownedDevice}$|",`,
    pattern: many(all('"a|^', ownedDevice, '$|",'), 1),
  };
  return [
    asked(forBoth('lvmconfig', like(argv.globalFilterArgv()))),
    asked(forBoth('vgs', like(argv.volumeGroupsArgv(config), [settings]))),
    asked(forBoth('lvs', like(argv.volumesArgv(config), [settings]))),
    asked(
      forBoth(
        'lvs of a volume',
        like(argv.volumesArgv(config, place), [settings, { sample: place, pattern: anyPlace }]),
      ),
    ),
    forSource(
      'lvcreate',
      like(argv.createSnapshotArgv(config, { ...request, storage: thick }), [...create, size]),
    ),
    forSource(
      'lvcreate thin',
      like(argv.createSnapshotArgv(config, { ...request, storage: { kind: 'thin' } }), create),
    ),
    forSource(
      'lvchange',
      like(argv.activateThinArgv(config, samples.volumeGroup, samples.owned), [
        settings,
        group,
        own,
      ]),
    ),
    forSource(
      'lvremove',
      like(argv.removeVolumeArgv(config, samples.volumeGroup, samples.owned), [
        settings,
        group,
        own,
      ]),
    ),
    forSource(
      'lvextend',
      like(argv.extendSnapshotArgv(config, samples.volumeGroup, samples.owned, samples.number), [
        ...[settings, group, own, size],
      ]),
    ),
    asked(
      forBoth(
        'pvs of a guest',
        like(argv.guestPhysicalVolumesArgv([samples.ownedDevice]), [device]),
      ),
    ),
    asked(forBoth('lvs of a guest', like(argv.guestSegmentsArgv([samples.ownedDevice]), [device]))),
  ];
}

/**
 * What an LVM configuration on the command line may say: device patterns. Anything else could name
 * programs to run or files to write. Of a pattern's letters none ends a string, and a dollar sign
 * stands at its end only.
 */
const hostSettings = all(hostDevices().slice(0, -2), many(all(',"', filterPattern(), '"')), ']}');

function filterPattern(): Pattern {
  const piece = any(
    run('A-Za-z0-9_/.*+?^@%:,#=~ -', 1),
    text('$|'),
    ...['$/', '|', '(', ')', '[', ']'].map(text),
  );
  return all(one('ar'), many(piece, 1));
}
