import {
  type DeviceNode,
  type DeviceTree,
  type GuestPlan,
  type GuestReport,
  inverseAll,
  type NumberedStep,
} from '../../core/index.js';

const mebibyte = 1024 * 1024;
const run = 'xen-backup-k3f9x2m7qa';

type Part = Partial<DeviceNode> & Pick<DeviceNode, 'position' | 'content'>;

function device(number: string, part: Part): DeviceNode {
  return {
    path: `/dev/mapper/${run}-${number}`,
    deviceNumber: { major: 254, minor: 1 },
    sizeBytes: 100 * mebibyte,
    children: [],
    ...part,
  };
}

/** The layout of the article's guest: /boot on a partition, root and swap on nested LVM. */
function exampleTree(): DeviceTree {
  return {
    disks: [
      device('2', {
        position: 'xvda',
        sizeBytes: 1500 * mebibyte,
        content: { kind: 'partition-table', label: 'msdos' },
        children: [
          device('2p1', {
            position: 'xvda/1',
            content: { kind: 'file-system', type: 'ext3', uuid: 'a', label: '/boot' },
          }),
          device('2p2', {
            position: 'xvda/2',
            sizeBytes: 1400 * mebibyte,
            content: { kind: 'physical-volume', uuid: 'b' },
          }),
        ],
      }),
    ],
    volumeGroups: [
      {
        group: {
          name: 'VolGroup00',
          uuid: 'c',
          extentSizeBytes: 4 * mebibyte,
          missingPhysicalVolumes: 0,
          physicalVolumes: [
            { uuid: 'b', device: '', firstExtentBytes: mebibyte, sizeBytes: 1400 * mebibyte },
          ],
          logicalVolumes: [],
        },
        physicalVolumes: ['xvda/2'],
        volumes: [
          device('3', {
            position: 'VolGroup00/LogVol00',
            sizeBytes: 1200 * mebibyte,
            content: { kind: 'file-system', type: 'ext3', uuid: 'd' },
          }),
          device('4', {
            position: 'VolGroup00/LogVol01',
            sizeBytes: 200 * mebibyte,
            content: { kind: 'swap', label: 'swap\u001b[31m' },
          }),
        ],
      },
    ],
  };
}

/** A plan with one target that is served and one that is not. */
export function examplePlan(): GuestPlan {
  const tree = exampleTree();
  const steps: NumberedStep[] = [
    {
      id: 3,
      kind: 'create-snapshot',
      host: 'dom0a',
      guest: 'dc1',
      volumeGroup: 'VolGroupXX',
      origin: 'LogVolDc1',
      name: `${run}-1`,
      storage: { kind: 'thick', sizeBytes: 300 * mebibyte },
      tags: ['xen-backup', run],
    },
    {
      id: 4,
      kind: 'create-map',
      host: 'dom0a',
      guest: 'dc1',
      position: 'xvda',
      name: `${run}-2`,
      uuid: 'XENBACKUP-k3f9x2m7qa-2',
      access: 'read-write',
      segments: [
        {
          kind: 'linear',
          startSector: 0,
          sectors: 3072000,
          device: `/dev/mapper/VolGroupXX-xen--backup--k3f9x2m7qa--1`,
          offsetSectors: 0,
        },
      ],
    },
    {
      id: 5,
      kind: 'mount',
      host: 'dom0a',
      guest: 'dc1',
      position: 'VolGroup00/LogVol00',
      device: `/dev/mapper/${run}-3`,
      mountPoint: '/run/xen-backup/k3f9x2m7qa/5/1',
      fileSystemType: 'ext3',
      options: ['ro', 'nosuid', 'nodev', 'noexec'],
    },
    {
      id: 6,
      kind: 'create-map',
      host: 'dom0b',
      guest: 'dc1',
      name: `${run}-1`,
      uuid: 'XENBACKUP-k3f9x2m7qa-1',
      access: 'read-only',
      segments: [
        {
          kind: 'striped',
          startSector: 0,
          sectors: 2048,
          chunkSectors: 128,
          stripes: [
            { device: '/dev/sda', offsetSectors: 0 },
            { device: '/dev/sdb', offsetSectors: 64 },
          ],
        },
      ],
    },
  ];
  return {
    guest: 'dc1',
    source: 'dom0a',
    tree,
    mounts: {
      order: [
        { position: 'VolGroup00/LogVol00', guestPath: '/', otherGuestPaths: [] },
        { position: 'xvda/1', guestPath: '/boot', otherGuestPaths: [] },
      ],
      notMounted: [],
      leftOut: [
        { line: 3, device: 'tmpfs', mountPoint: '/dev/shm', reason: 'pseudo' },
        { line: 4, device: 'nas:/export', mountPoint: '/mnt/x\u001b[2J', reason: 'network' },
      ],
    },
    notCopied: [
      {
        position: 'VolGroup00/LogVol01',
        content: 'swap',
        reason: 'the content of swap is worthless after a restart',
      },
    ],
    targets: [
      {
        host: 'dom0b',
        tree,
        transfers: [
          {
            by: 'files',
            position: 'VolGroup00/LogVol00',
            guestPath: '/',
            source: fileSystem('VolGroup00/LogVol00'),
            target: fileSystem('VolGroup00/LogVol00'),
            faithfulness: 'posix',
            excludes: ['/tmp/*'],
          },
          {
            by: 'files',
            position: 'xvda/1',
            guestPath: '/boot',
            source: fileSystem('xvda/1'),
            target: fileSystem('xvda/1'),
            faithfulness: 'posix',
            excludes: [],
          },
        ],
      },
      {
        host: 'dom0c',
        transfers: [],
        refusal: {
          code: 'layout-drift',
          reason: 'dom0c: partition 2 is 1 GiB here and 1.4 GiB on the source',
          remedy: 'Make the same change on the standby, or seed it again with a full copy.',
        },
      },
    ],
    steps,
    teardown: inverseAll(steps),
  };
}

function fileSystem(position: string) {
  return { ...device('3', { position, content: { kind: 'blank' } }), content: exampleContent };
}

const exampleContent = { kind: 'file-system', type: 'ext3' } as const;

/** The report that belongs to {@link examplePlan}. */
export function exampleReport(): GuestReport {
  return {
    guest: 'dc1',
    outcome: 'failed',
    code: 'layout-drift',
    reason: 'dom0c: dom0c: partition 2 is 1 GiB here and 1.4 GiB on the source',
    remedy: 'Make the same change on the standby, or seed it again with a full copy.',
    source: 'dom0a',
    consistency: 'none',
    snapshotPeakShare: 0.034,
    durationMs: 95_000,
    targets: [
      {
        host: 'dom0b',
        outcome: 'done',
        files: 1234,
        bytes: 5 * mebibyte,
        deletions: 1,
        stages: { 'open-target': 1200, 'dry-pass': 16_000, copy: 23_000, close: 900 },
        generation: 7,
      },
      {
        host: 'dom0c',
        outcome: 'failed',
        code: 'layout-drift',
        reason: 'dom0c: partition 2 is 1 GiB here and 1.4 GiB on the source',
        remedy: 'Make the same change on the standby, or seed it again with a full copy.',
        files: 0,
        bytes: 0,
        deletions: 0,
        stages: { 'open-target': 800, close: 300 },
      },
    ],
  };
}
