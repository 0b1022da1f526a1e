import {
  mountOptions,
  sourceSide,
  supportedFileSystems,
  targetSide,
  untouchedTargetSide,
} from '../../../core/mounting/index.js';
import * as files from '../../../adapters/host-files/argv.js';
import * as mounts from '../../../adapters/mount/argv.js';
import { like, type Slot } from '../like.js';
import { all, type Pattern, run } from '../pattern.js';
import { type GateRule, forBoth, forTarget } from '../rule.js';
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
  return [
    forBoth('mounts', like(mounts.listMountsArgv())),
    ...supportedFileSystems.flatMap((type) => [
      forBoth(`mount ${type} of a source`, mount(type, mountOptions(type, sourceSide))),
      forBoth(`mount ${type} untouched`, mount(type, mountOptions(type, untouchedTargetSide))),
      forTarget(`mount ${type} of a target`, mount(type, mountOptions(type, targetSide))),
    ]),
    forBoth('mount tmpfs', like(mounts.mountTemporaryArgv(base, samples.number), [at.base, count])),
    forBoth('remount', like(mounts.remountReadOnlyArgv(base), [at.base])),
    forBoth('umount', like(mounts.unmountArgv(base), [at.base])),
    forBoth('umount of a file system', like(mounts.unmountArgv(mountPoint), [at.mountPoint])),
    forBoth(
      'make mount points',
      like(mounts.makeDirectoriesArgv([mountPoint]), [{ ...at.mountPoint, again: 'many' }]),
    ),
    forBoth('identity', like(mounts.rootIdentityArgv(mountPoint), [at.mountPoint])),
    forBoth('make the base', like(files.makeDirectoryArgv(base), [at.base, ofRun])),
    // What a dead run left without a journal.
    forBoth('list the base', like(files.listArgv(base), [at.base])),
    forBoth('remove a mount point', like(files.removeDirectoryArgv(mountPoint), [at.mountPoint])),
    forBoth('remove the base', like(files.removeDirectoryArgv(base), [at.base])),
    forBoth('remove the run’s directory', like(files.removeDirectoryArgv(runPath), [ofRun])),
    forBoth(
      'read the fstab of a guest',
      like(files.readBeneathArgv(mountPoint, 'etc/fstab', samples.number), [at.mountPoint, count]),
    ),
  ];
}
