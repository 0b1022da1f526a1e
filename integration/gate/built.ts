import { copyArgv, probePeerArgv, stopReceiversArgv } from '../../src/adapters/rsync/argv.js';
import { blockTransferArgv, writeStartArgv } from '../../src/adapters/rsync/block-argv.js';
import { quoteCommand } from '../../src/adapters/shared/quote.js';
import { stopSessionArgv } from '../../src/adapters/shared/stop-session.js';
import { holdersArgv } from '../../src/adapters/shared/holders.js';
import { versionQuestions } from '../../src/adapters/tools/versions.js';
import { readRegionsArgv } from '../../src/adapters/regions/argv.js';
import {
  activateThinArgv,
  createSnapshotArgv,
  extendSnapshotArgv,
  mapStatesArgv,
  volumesArgv,
} from '../../src/adapters/lvm/argv.js';
import { hostDevices } from '../../src/adapters/lvm/device-filters.js';
import { attachArgv, fileHoldersArgv, inspectArgv } from '../../src/adapters/losetup/argv.js';
import { printTableArgv } from '../../src/adapters/parted/argv.js';
import { addMapsArgv } from '../../src/adapters/kpartx/argv.js';
import { createMapArgv } from '../../src/adapters/dmsetup/argv.js';
import {
  listArgv,
  makeDirectoryArgv,
  readArgv,
  removeDirectoryArgv,
} from '../../src/adapters/host-files/argv.js';
import { hasFileArgv } from '../../src/adapters/tools/argv.js';
import { propertiesArgv, settleArgv } from '../../src/adapters/udev/argv.js';
import { domainArgv, listNamesArgv } from '../../src/adapters/virsh/argv.js';
import {
  armArgv,
  holdArgv,
  releaseArgv,
  stopTimerArgv,
  stopUnitsArgv,
  systemdRunsArgv,
  unholdArgv,
} from '../../src/adapters/virsh/holds/argv.js';
import { describeHold } from '../../src/adapters/virsh/holds/parse.js';
import type { Argv, BlockTransferRequest, CopyRequest } from '../../src/ports/index.js';

const owned = 'xen-backup-abcdefghij-3';
const device = `/dev/mapper/${owned}`;
const mount = {
  mountPoint: `/run/xen-backup/abcdefghij/${owned}/0`,
  identity: { device: '64778', inode: '2' },
};

/** A copy as a run asks for it. */
const copyRequest: CopyRequest = {
  ...{ source: mount, target: mount, pass: 'real', faithfulness: 'posix', maxDeletes: 12 },
  peer: {
    address: '192.0.2.11',
    port: 2222,
    user: 'backup',
    identityFile: '~/.ssh/id_ed25519',
    knownHostsFile: '/root/.ssh/known_hosts',
    elevation: 'sudo',
  },
  excludes: ['/tmp/*', '/var/cache/[a-z]*/ x'],
  bandwidthLimitKiBPerSecond: 4000,
  ioClass: 'best-effort',
  stallTimeoutMs: 600_000,
  targetLock: 'guest-dc%2F1',
};

/** The same by blocks. */
const provenDevice = { path: device, deviceNumber: { major: 253, minor: 7 }, sizeBytes: 1_048_576 };
const blockRequest: BlockTransferRequest = {
  ...{ source: provenDevice, target: { ...provenDevice, path: `${device}p2` }, pass: 'real' },
  peer: copyRequest.peer,
  bandwidthLimitKiBPerSecond: 4000,
  ioClass: 'best-effort',
  stallTimeoutMs: 600_000,
  targetLock: 'guest-dc%2F1',
};

const place = { tag: 'abcdefghij-7', locksDirectory: '/run/xen-backup/locks' };
const uri = 'qemu:///system';
const settings = hostDevices(['a|^/dev/(sda|sdb)[0-9]$|', 'r|.*|']);

/** All that pauses, freezes and releases one guest, with either kind of timer. */
function holdCommands(guest: string): readonly Argv[] {
  const file = `/run/xen-backup/abcdefghij/${owned}.hold`;
  const hold = { file, libvirtUri: uri, guest };
  return [
    makeDirectoryArgv('/run/xen-backup/abcdefghij'),
    readArgv(file, 4096),
    ...(['systemd', 'setsid'] as const).flatMap((timer) => {
      const about = describeHold({ guest, timer });
      return [
        armArgv({ name: owned, guest, timer, limitMs: 30_000 }, hold),
        holdArgv({ guest, by: 'pause' }, hold, about, 20),
        holdArgv({ guest, by: 'freeze' }, hold, about, 20),
        unholdArgv(hold, about),
      ];
    }),
    releaseArgv(hold),
    stopUnitsArgv(owned),
    stopTimerArgv(owned),
    systemdRunsArgv(),
  ];
}

/** Commands of ours that no shipped scenario happens to need. */
export const builtCommands: readonly Argv[] = [
  copyArgv(copyRequest, place),
  copyArgv({ ...copyRequest, pass: 'dry', ioClass: 'none' }, place),
  copyArgv(
    { ...copyRequest, faithfulness: 'vfat', peer: { address: '2001:db8::1', elevation: 'none' } },
    place,
  ),
  blockTransferArgv(blockRequest, place),
  blockTransferArgv(
    { ...blockRequest, pass: 'dry', ioClass: 'none', bandwidthLimitKiBPerSecond: 0 },
    place,
  ),
  writeStartArgv(blockRequest.target, blockRequest, place),
  probePeerArgv(copyRequest.peer),
  probePeerArgv({ address: 'dom0b.example.org', elevation: 'none' }),
  stopReceiversArgv('abcdefghij-7'),
  stopReceiversArgv('abcdefghij'),
  stopSessionArgv({ processId: 4711, startTicks: '123456' }, 5000),
  holdersArgv({ major: 253, minor: 7 }),
  ...Object.values(versionQuestions).map(({ argv }) => argv),
  activateThinArgv(settings, 'vg-a', owned),
  createSnapshotArgv(settings, {
    ...{ volumeGroup: 'vg-a', origin: 'thin.1', name: owned, storage: { kind: 'thin' } },
    tags: ['xen-backup', 'xen-backup-abcdefghij'],
  }),
  volumesArgv(settings, '/dev/vg-a/web-1'),
  volumesArgv(settings, '/dev/mapper/vg--a-web--1'),
  printTableArgv(device, 'machine'),
  addMapsArgv({ device, access: 'read-only' }),
  createMapArgv({ name: owned, uuid: 'XENBACKUP-abcdefghij-3', access: 'read-only', segments: [] }),
  readArgv('/var/lib/xen-backup/journals/abcdefghij.ndjson', 4096),
  readArgv('/run/xen-backup/locks/guest-dc%2F1.lock', 4096),
  hasFileArgv('/boot/vmlinuz-6.1.0-56-amd64'),
  domainArgv(uri, 'domstate', '-rf'),
  ...['dc1', '-rf', 'web=1~2'].flatMap(holdCommands),
  listArgv(mount.mountPoint.slice(0, -2)),
  removeDirectoryArgv(mount.mountPoint),
  domainArgv(uri, 'dominfo', 'dc1'),
  listNamesArgv(uri),
  settleArgv(60),
  propertiesArgv(device),
  extendSnapshotArgv(settings, 'vg-a', owned, 1_048_576),
  mapStatesArgv(['vg-xen--backup--abcdefghij--1', owned]),
  readRegionsArgv('bytes', [
    { device, offsetBytes: 0, lengthBytes: 4096 },
    { device: '/dev/mapper/vg-web', offsetBytes: 512, lengthBytes: 1024 },
  ]),
  ['id', '-u'],
  inspectArgv('/dev/mapper/vg-web'),
  fileHoldersArgv('65024', '2424878'),
  ...(['read-only', 'read-write'] as const).map((access) =>
    attachArgv({ mountPoint: `/run/xen-backup/abcdefghij/${owned}`, access, sectorBytes: 4096 }),
  ),
];

const flags = 'e.iLsfxCIvu';

/** What rsync 3.5.0 adds to the receiver’s command (recorded). */
const serverOptions = [
  `-lHogDtpAXrS${flags} --timeout=300 --bwlimit=1000 --max-delete=5 --delete-after -@-1 --numeric-ids`,
  `-nlHogDtpAXrS${flags} --timeout=300 --delete-after -@-1 --numeric-ids`,
  `-tr${flags} --timeout=300 --max-delete=5 --delete-after --modify-window=1`,
  `-tr${flags} --timeout=300 --max-delete=-1 --delete-after --modify-window=1`,
  `-ntr${flags} --timeout=300 --bwlimit=1000 --delete-after --modify-window=1`,
];

/** What arrives at a target through the source’s ssh, as text. */
export const receivedCommands: readonly string[] = [
  ...(['none', 'sudo'] as const).flatMap((elevation) => {
    const request = { ...copyRequest, peer: { ...copyRequest.peer, elevation } };
    const option = '--rsync-path=';
    const path = copyArgv(request, place).find((word) => word.startsWith(option)) ?? '';
    return serverOptions.map(
      (options) => `${path.slice(option.length)} --server ${options} --info=STATS2 . .`,
    );
  }),
  ...['', 'n'].map((dry) => {
    const option = '--rsync-path=';
    const path =
      blockTransferArgv(blockRequest, place).find((word) => word.startsWith(option)) ?? '';
    return `${path.slice(option.length)} --server -${dry}Iz${flags.replace('.i', '.')} --compress-level=1 --timeout=600 --bwlimit=1000 --fsync --info=STATS2 --inplace --write-devices . .`;
  }),
  quoteCommand(['cat', '/proc/sys/kernel/random/boot_id']),
  quoteCommand(['sudo', '-n', '--', 'cat', '/proc/sys/kernel/random/boot_id']),
];
