import {
  mountOptions,
  type Side,
  sourceSide,
  supportedFileSystems,
  targetSide,
  untouchedTargetSide,
} from '../../../core/mounting/index.js';
import { subvolumeFstabs } from '../../../core/fstab/index.js';
import * as files from '../../../adapters/host-files/argv.js';
import * as mounts from '../../../adapters/mount/argv.js';
import { like, type Slot } from '../like.js';
import { all, many, type Pattern, run } from '../pattern.js';
import { asked, type GateRule, forBoth, forTarget } from '../rule.js';
import { samples, type Slots } from '../slots.js';

const base = `/run/xen-backup/${samples.runId}/${samples.owned}`;

/** The directory of a tree's mounts, and a mount point in it. */
export function mountSlots({ runId, owned }: Slots): { base: Slot; mountPoint: Slot } {
  const pattern: Pattern = all('/run/xen-backup/', runId, '/', owned);
  return {
    base: { sample: base, pattern },
    mountPoint: {
      sample: `${base}/0`,
      pattern: all(pattern, '/', run('0-9', 1, { max: 4 })),
    },
  };
}

/** Commands about mounts. */
export function mountRules(slots: Slots): readonly GateRule[] {
  const at = mountSlots(slots);
  const device: Slot = { sample: samples.ownedDevice, pattern: slots.ownedDevice };
  const count: Slot = { sample: String(samples.number), pattern: slots.count };
  const mountPoint = at.mountPoint.sample;
  const runPath = `/run/xen-backup/${samples.runId}`;
  const ofRun: Slot = { sample: samples.runId, pattern: slots.runId };
  const mount = (fileSystemType: string, options: readonly string[]): Pattern =>
    like(mounts.mountArgv({ device: samples.ownedDevice, mountPoint, fileSystemType, options }), [
      device,
      at.mountPoint,
    ]);
  const further: Slot = {
    sample: `,device=${samples.ownedDevice}`,
    pattern: many(all(',device=', slots.ownedDevice), 1),
  };
  const mountSeveral = (side: Side): Pattern =>
    like(
      mounts.mountArgv({
        device: samples.ownedDevice,
        mountPoint,
        fileSystemType: 'btrfs',
        options: mountOptions('btrfs', side, [samples.ownedDevice]),
      }),
      [further, device, at.mountPoint],
    );
  // Of what an installer calls a subvolume; nothing but numbers is told of it.
  const subvolume: Slot = {
    sample: `${mountPoint}/@home`,
    pattern: all(at.mountPoint.pattern, many(all('/', run('A-Za-z0-9@_-', 1)), 1)),
  };
  return [
    asked(forBoth('mounts', like(mounts.listMountsArgv()))),
    ...supportedFileSystems.flatMap((type) => [
      forBoth(`mount ${type} of a source`, mount(type, mountOptions(type, sourceSide))),
      forBoth(`mount ${type} untouched`, mount(type, mountOptions(type, untouchedTargetSide))),
      forTarget(`mount ${type} of a target`, mount(type, mountOptions(type, targetSide))),
    ]),
    // One line for a file system on one device, one for the rest: the others are named by options.
    forBoth('mount btrfs of a source, several devices', mountSeveral(sourceSide)),
    forBoth('mount btrfs untouched, several devices', mountSeveral(untouchedTargetSide)),
    forTarget('mount btrfs of a target, several devices', mountSeveral(targetSide)),
    forBoth('mount tmpfs', like(mounts.mountTemporaryArgv(base, samples.number), [at.base, count])),
    forBoth('remount', like(mounts.remountReadOnlyArgv(base), [at.base])),
    forBoth('umount', like(mounts.unmountArgv(base), [at.base])),
    forBoth('umount of a file system', like(mounts.unmountArgv(mountPoint), [at.mountPoint])),
    forBoth(
      'make mount points',
      like(mounts.makeDirectoriesArgv([mountPoint]), [{ ...at.mountPoint, again: 'many' }]),
    ),
    asked(forBoth('identity', like(mounts.rootIdentityArgv(mountPoint), [at.mountPoint]))),
    asked(
      forBoth(
        'identity of a subvolume',
        like(mounts.rootIdentityArgv(subvolume.sample), [subvolume]),
      ),
    ),
    forBoth('make the base', like(files.makeDirectoryArgv(base), [at.base, ofRun])),
    // What a dead run left without a journal.
    asked(forBoth('list the base', like(files.listArgv(base), [at.base]))),
    forBoth('remove a mount point', like(files.removeDirectoryArgv(mountPoint), [at.mountPoint])),
    forBoth('remove the base', like(files.removeDirectoryArgv(base), [at.base])),
    forBoth('remove the run’s directory', like(files.removeDirectoryArgv(runPath), [ofRun])),
    forBoth(
      'read the fstab of a guest',
      like(files.readBeneathArgv(mountPoint, 'etc/fstab', samples.number), [at.mountPoint, count]),
    ),
    ...subvolumeFstabs.map((path) =>
      forBoth(
        `read ${path}`,
        like(files.readBeneathArgv(mountPoint, path, samples.number), [at.mountPoint, count]),
      ),
    ),
  ];
}
