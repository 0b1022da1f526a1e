import { mkdirSync, rmdirSync } from 'node:fs';
import type { GuestFileSystem } from '../specs.js';
import { command } from './command.js';
import { partitionRange, type Range, volumeRanges } from './guest-volume.js';
import { readTree, type TreeEntry } from './tree.js';

/** What the probe is asked: the guest's file systems on this host, from a snapshot or as they are. */
export interface TreesQuestion {
  readonly group: string;
  readonly fileSystems: readonly GuestFileSystem[];
  /** The guest runs here: take snapshots of our own, and let journals be replayed into them. */
  readonly live: boolean;
  /** Absolute names in the guest's tree. */
  readonly exclude: readonly string[];
}

export interface FileSystemAnswer {
  readonly mountPoint: string;
  /** A standby whose journal needs replaying was not unmounted cleanly. */
  readonly needsRecovery: boolean;
  readonly tree: Readonly<Record<string, TreeEntry>>;
}

const prefix = 'lab-judge';
const mountFolder = `/run/${prefix}`;
const undo: (() => void)[] = [];

function main(question: TreesQuestion): FileSystemAnswer[] {
  const disks = [...new Set(question.fileSystems.map((each) => each.at.disk))];
  const devices = new Map(disks.map((disk, index) => [disk, openDisk(question, disk, index)]));
  return question.fileSystems.map((fileSystem, index) => {
    const device = mapFileSystem(
      question,
      fileSystem,
      devices.get(fileSystem.at.disk) ?? '',
      index,
    );
    return look(question, fileSystem, device);
  });
}

function openDisk(question: TreesQuestion, disk: string, index: number): string {
  const origin = `${question.group}/${disk}`;
  if (!question.live) return `/dev/${origin}`;
  const name = `${prefix}-snapshot-${index}`;
  const size = ['--snapshot', '--monitor', 'n', '--size', '128M', '--name', name];
  command('lvcreate', '--yes', ...size, origin);
  undo.push(() => command('lvremove', '--yes', `${question.group}/${name}`));
  return `/dev/${question.group}/${name}`;
}

/** A map of our own over just the file system: partitions and PVs never appear to udev. */
function mapFileSystem(
  question: TreesQuestion,
  { at }: GuestFileSystem,
  disk: string,
  index: number,
): string {
  const name = `${prefix}-${index}`;
  let offset = 0;
  const table = rangesOf(disk, at).map(({ start, sectors }) => {
    const line = `${offset} ${sectors} linear ${disk} ${start}`;
    offset += sectors;
    return line;
  });
  const access = question.live ? [] : ['--readonly'];
  command('dmsetup', 'create', name, ...access, '--table', table.join('\n'));
  undo.push(() => command('dmsetup', 'remove', '--retry', name));
  return `/dev/mapper/${name}`;
}

function rangesOf(disk: string, at: GuestFileSystem['at']): Range[] {
  if (at.partition === undefined) {
    return [{ start: 0, sectors: Number(command('blockdev', '--getsz', disk).trim()) }];
  }
  const partition = partitionRange(disk, at.partition);
  return at.volume === undefined ? [partition] : volumeRanges(disk, partition, at.volume);
}

function look(
  question: TreesQuestion,
  { mountPoint, type }: GuestFileSystem,
  device: string,
): FileSystemAnswer {
  const needsRecovery =
    type !== 'xfs' && command('dumpe2fs', '-h', device).includes('needs_recovery');
  mkdirSync(mountFolder, { recursive: true });
  command('mount', '-t', type, '-o', mountOptions(type, question.live), device, mountFolder);
  try {
    return { mountPoint, needsRecovery, tree: readTree(mountFolder, rebase(question, mountPoint)) };
  } finally {
    command('umount', mountFolder);
    rmdirSync(mountFolder);
  }
}

function mountOptions(type: string, live: boolean): string {
  const common = 'ro,nosuid,nodev,noexec';
  if (type === 'xfs') return live ? `${common},nouuid` : `${common},nouuid,norecovery`;
  return live ? common : `${common},noload`;
}

/** The guest's names as they are inside one file system. */
function rebase({ exclude }: TreesQuestion, mountPoint: string): string[] {
  if (mountPoint === '/') return [...exclude];
  return exclude
    .filter((name) => name.startsWith(`${mountPoint}/`))
    .map((name) => name.slice(mountPoint.length));
}

let answer: FileSystemAnswer[] = [];
try {
  answer = main(JSON.parse(process.argv[2] ?? '') as TreesQuestion);
} finally {
  for (const step of undo.reverse()) step();
}
process.stdout.write(JSON.stringify(answer));
