import { mkdirSync, rmdirSync } from 'node:fs';
import { changeFiles, fillFiles } from './layout-files.js';
import { command, lines } from './command.js';
import { readTree } from './tree.js';

/** What is asked of one guest's disks, on the host that holds them and while nobody uses them. */
export interface LayoutQuestion {
  readonly deed: 'make' | 'change' | 'walk';
  /** Volumes of the host by the letter of the guest's disk; `e` and `f` only where there is btrfs. */
  readonly disks: Readonly<Record<'a' | 'b' | 'c' | 'd', string>> &
    Readonly<Partial<Record<'e' | 'f', string>>>;
  /** Written by `change`. */
  readonly text: string;
}

/** By file system: everything in it. */
export type LayoutAnswer = Readonly<Record<string, ReturnType<typeof readTree>>>;

interface OpenFileSystem {
  readonly name: string;
  readonly type: string;
  readonly device: string;
  readonly options?: readonly string[];
}

const mountFolder = '/run/lab-layout';
const group = 'shared';
const undo: (() => void)[] = [];

function main(question: LayoutQuestion): LayoutAnswer {
  if (question.deed === 'make') partition(question.disks);
  const fileSystems = openDisks(question);
  const answer: Record<string, ReturnType<typeof readTree>> = {};
  for (const fileSystem of fileSystems) {
    mounted(fileSystem, question.deed === 'walk' ? 'ro' : 'rw', () => {
      if (question.deed === 'make') fillFiles(mountFolder, fileSystem);
      else if (question.deed === 'change') changeFiles(mountFolder, fileSystem, question.text);
      else answer[fileSystem.name] = readTree(mountFolder, []);
    });
  }
  return answer;
}

/** Disk a: GPT with ESP, XFS root, swap. Disk d: msdos, a primary and two logical partitions. */
function partition({ a, d }: LayoutQuestion['disks']): void {
  const quiet = ['--quiet', '--no-tell-kernel', '--no-reread', '--wipe', 'always'];
  const esp = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';
  const gpt = `label: gpt\nstart=1MiB, size=32MiB, type=${esp}\nstart=33MiB, size=310MiB, name=root\nstart=343MiB, size=32MiB, type=S\n`;
  command('sh', '-c', 'text=$1; shift; printf %s "$text" | sfdisk "$@"', 'sh', gpt, ...quiet, a);
  const msdos = `label: dos\nstart=1MiB, size=16MiB, type=83\nstart=17MiB, size=94MiB, type=5\nstart=18MiB, size=56MiB, type=83\nstart=75MiB, size=32MiB, type=83\n`;
  command('sh', '-c', 'text=$1; shift; printf %s "$text" | sfdisk "$@"', 'sh', msdos, ...quiet, d);
}

function openDisks({ deed, disks }: LayoutQuestion): OpenFileSystem[] {
  const [esp = '', root = '', swap = ''] = partitionsOf(disks.a);
  // The extended one is mapped, too.
  const [first = '', , member = '', logical = ''] = partitionsOf(disks.d);
  const lvm = (...[name = '', ...words]: string[]): string =>
    command(name, '--config', onlyThese(disks.c, member), ...words);
  if (deed === 'make') {
    lvm('pvcreate', '--yes', disks.c, member);
    lvm('vgcreate', '--physicalextentsize', '4M', group, disks.c, member);
    const striped = ['--stripes', '2', '--extents', '4', '--name', 'LogVolDomU1'];
    lvm('lvcreate', '--yes', ...striped, group);
    // More than either disk has left: it lies on both.
    lvm('lvcreate', '--yes', '--extents', '18', '--name', 'web-01.disk2', group);
  } else lvm('vgchange', '-ay', group);
  undo.push(() => lvm('vgchange', '-an', group));
  const fileSystems = [
    { name: 'root', type: 'xfs', device: root, options: ['nouuid'] },
    { name: 'esp', type: 'vfat', device: esp },
    { name: 'whole', type: 'ext4', device: disks.b },
    { name: 'first', type: 'ext2', device: first },
    { name: 'logical', type: 'ext3', device: logical },
    { name: 'striped', type: 'ext4', device: `/dev/mapper/${group}-LogVolDomU1` },
    { name: 'linear', type: 'ext4', device: `/dev/mapper/${group}-web--01.disk2` },
  ];
  if (deed === 'make') {
    for (const { type, device } of fileSystems) makeFileSystem(type, device);
    command('mkswap', '-q', swap);
  }
  return [...fileSystems, ...subvolumes(deed, disks)];
}

/** btrfs on two disks: its top, `@` and `@home`, each as a file system of its own. */
function subvolumes(deed: LayoutQuestion['deed'], { e, f }: LayoutQuestion['disks']) {
  if (e === undefined || f === undefined) return [];
  const place = { type: 'btrfs', device: e };
  const other = `device=${f}`;
  const top = { ...place, name: 'btrfs', options: ['subvolid=5', other] };
  if (deed === 'make') {
    command('mkfs.btrfs', '-q', '-f', '-m', 'raid1', '-d', 'single', e, f);
    mounted(top, 'rw', () => {
      for (const name of ['@', '@home']) {
        command('btrfs', 'subvolume', 'create', `${mountFolder}/${name}`);
      }
    });
  }
  const inner = ['@', '@home'].map((name) => ({
    ...place,
    name: `btrfs ${name}`,
    options: [`subvol=${name}`, other],
  }));
  return [top, ...inner];
}

/** In order of number. */
function partitionsOf(disk: string): string[] {
  const said = lines(command('kpartx', '-a', '-v', '-s', '-p', 'p', disk));
  undo.push(() => command('kpartx', '-d', '-p', 'p', disk));
  return said.map((line) => `/dev/mapper/${/^add map (\S+) /.exec(line)?.[1] ?? ''}`);
}

/** The clone's equal physical volumes, and the host's own, are not seen. */
function onlyThese(...devices: readonly string[]): string {
  const accepted = devices.map((device) => `"a|^${device}$|"`).join(',');
  return `devices { scan_lvs=1 use_devicesfile=0 filter=[${accepted},"r|.*|"] } backup { backup=0 archive=0 }`;
}

function makeFileSystem(type: string, device: string): void {
  if (type === 'vfat') command('mkfs.vfat', device);
  else if (type === 'xfs') command('mkfs.xfs', '-q', '-f', device);
  else command(`mkfs.${type}`, '-q', '-F', device);
}

function mounted(fileSystem: OpenFileSystem, access: 'ro' | 'rw', work: () => void): void {
  const { type, device, options = [] } = fileSystem;
  mkdirSync(mountFolder, { recursive: true });
  command('mount', '-t', type, '-o', [access, ...options].join(','), device, mountFolder);
  try {
    work();
  } finally {
    command('umount', mountFolder);
    rmdirSync(mountFolder);
  }
}

let answer: LayoutAnswer = {};
try {
  answer = main(JSON.parse(process.argv[2] ?? '') as LayoutQuestion);
} finally {
  for (const step of undo.reverse()) step();
}
process.stdout.write(JSON.stringify(answer));
