import * as files from '../../../adapters/host-files/argv.js';
import * as losetup from '../../../adapters/losetup/argv.js';
import * as qemu from '../../../adapters/qemu-nbd/argv.js';
import { like, type Slot } from '../like.js';
import { all, any, type Pattern, run } from '../pattern.js';
import { asked, forBoth, forSource, forTarget, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';
import { mountSlots } from './mounts.js';

/** A loop device: which one it will be, nobody knows before. */
export const loopDevice: Pattern = all('/dev/loop', run('0-9', 1, { max: 7 }));

/** Which network block device it will be, nobody knows before either. */
const nbdDevice: Pattern = all('/dev/nbd', run('0-9', 1, { max: 5 }));

/** Image files and devices that are no logical volumes: only those the gate was made with. */
export function plainDiskRules(slots: Slots): readonly GateRule[] {
  const { disk, volumeDevice, count, runId } = slots;
  const anyDisk: Slot = {
    sample: samples.path,
    pattern: disk === undefined ? volumeDevice : any(disk, volumeDevice),
  };
  const number: Slot = { sample: String(samples.number), pattern: count };
  const questions = [
    forBoth('what lies at a path', like(losetup.inspectArgv(samples.path), [anyDisk])),
    asked(forBoth('size of a disk', like(losetup.sizeArgv(samples.path), [anyDisk]))),
    forBoth(
      'counters of a device',
      like(losetup.countersArgv(samples.number, samples.number), [number]),
    ),
  ];
  if (disk === undefined) return questions;
  const file: Slot = { sample: samples.path, pattern: disk };
  const { base: at } = mountSlots(slots);
  const mountPoint = at.sample;
  const loop: Slot = { sample: '/dev/loop0', pattern: loopDevice };
  const runPath = `/run/xen-backup/${samples.runId}`;
  const ofRun: Slot = { sample: samples.runId, pattern: runId };
  return [
    ...questions,
    forBoth('holders of a file', like(losetup.fileHoldersArgv('987654321', '987654321'), [number])),
    forBoth('make the run’s directory', like(files.makeDirectoryArgv(runPath), [ofRun])),
    forBoth('make a place for an image', like(files.writeArgv(mountPoint, 0), [at]), {
      kind: 'fixed',
      text: '',
    }),
    forBoth(
      'show an image',
      like(losetup.bindArgv({ file: samples.path, mountPoint }), [file, at]),
    ),
    ...([512, 4096] as const).flatMap((sectorBytes) => [
      forSource(
        `losetup read-only, sectors of ${String(sectorBytes)}`,
        like(losetup.attachArgv({ mountPoint, access: 'read-only', sectorBytes }), [at]),
      ),
      forTarget(
        `losetup, sectors of ${String(sectorBytes)}`,
        like(losetup.attachArgv({ mountPoint, access: 'read-write', sectorBytes }), [at]),
      ),
    ]),
    forBoth('list of loop devices', like(losetup.listLoopsArgv())),
    forBoth('losetup --detach', like(losetup.detachArgv('/dev/loop0'), [loop])),
    forBoth('remove the place of an image', like(files.removeFileArgv(mountPoint), [at])),
    ...qcow2Rules(file, at),
  ];
}

/** The same for images that are not raw. */
function qcow2Rules(file: Slot, at: Slot): readonly GateRule[] {
  const mountPoint = at.sample;
  const nbd: Slot = { sample: '/dev/nbd0', pattern: nbdDevice };
  return [
    forBoth('qemu-img info', like(qemu.imageInfoArgv(samples.path), [file])),
    forBoth('network block devices', like(qemu.nbdDevicesArgv('/run/xen-backup'))),
    forSource(
      'qemu-nbd read-only',
      like(qemu.connectArgv('/dev/nbd0', { mountPoint, access: 'read-only' }), [nbd, at]),
    ),
    forTarget(
      'qemu-nbd',
      like(qemu.connectArgv('/dev/nbd0', { mountPoint, access: 'read-write' }), [nbd, at]),
    ),
    forBoth('qemu-nbd --disconnect', like(qemu.disconnectArgv('/dev/nbd0'), [nbd])),
    forBoth('remove a socket', like(files.removeFileArgv(qemu.socketOf(mountPoint)), [at])),
  ];
}
