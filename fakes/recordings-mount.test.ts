import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Argv } from '../src/ports/index.js';
import { writeContent } from './block/contents.js';
import { keyOf } from './block/devices.js';
import { addDisk } from './block/disks.js';
import { createMap } from './block/maps.js';
import type { MapDevice } from './block/types.js';
import { fileCommands } from './commands/files.js';
import { mountCommands } from './commands/mount.js';
import { SimulatedFileSystem } from './filesystem/file-system.js';
import { mountDevice } from './filesystem/mounting.js';
import { locate } from './filesystem/path-walk.js';
import { makeDirectories } from './filesystem/tree-paths.js';
import { addProcess } from './runner/processes.js';
import { addMachine, createWorld } from './world/create.js';
import type { Machine } from './world/state.js';

interface Recording {
  readonly argv: Argv;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const gibibyte = 2 ** 30;
const at = { seconds: 0, nanoseconds: 0 };

function recorded(name: string, directory = 'fixtures/recordings'): Recording {
  const recording: Recording = JSON.parse(readFileSync(`${directory}/mount/${name}.json`, 'utf8'));
  return recording;
}

async function answer(machine: Machine, argv: Argv) {
  const entry = mountCommands[argv[0]] ?? fileCommands[argv[0]];
  if (entry?.kind !== 'plain') throw new Error(`${argv[0]} is not simulated`);
  return entry.run(machine, argv, '');
}

/** A machine with maps of the names given, one disk behind each. */
class Host {
  readonly machine: Machine;
  #disks = 0;

  constructor() {
    const rootFileSystem = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 3 * gibibyte });
    for (const path of ['/mnt/rec', '/mnt/snap', '/boot']) {
      makeDirectories(rootFileSystem.tree, path, at);
    }
    this.machine = addMachine(createWorld({ seed: 'mounts' }), { name: 'dom0', rootFileSystem });
  }

  map(
    name: string,
    options: {
      readonly uuid?: string;
      readonly access?: 'read-only';
      readonly content?: SimulatedFileSystem;
    } = {},
  ): MapDevice {
    const letter = String.fromCharCode('b'.charCodeAt(0) + this.#disks++);
    const disk = addDisk(this.machine, { name: `vd${letter}`, sizeBytes: gibibyte });
    if (options.content !== undefined) {
      writeContent(this.machine, keyOf(disk.number), {
        kind: 'file-system',
        image: options.content,
      });
    }
    const line = {
      kind: 'linear',
      start: 0,
      sectors: disk.sectors,
      device: keyOf(disk.number),
    } as const;
    return createMap(this.machine, {
      name,
      uuid: options.uuid ?? '',
      access: options.access ?? 'read-write',
      table: [{ ...line, offset: 0 }],
    });
  }

  mount(device: string, mountPoint: string, type: string, ...options: string[]): void {
    mountDevice(this.machine, { device, mountPoint, type, options });
  }
}

function ext3(uuid?: string): SimulatedFileSystem {
  const identity = uuid === undefined ? {} : { uuid };
  return SimulatedFileSystem.make({ type: 'ext3', sizeBytes: gibibyte / 2, ...identity });
}

describe('the simulated mount', () => {
  let host: Host;
  const root = '/dev/VolGroup00/LogVol00';
  const guestVolume = {
    uuid: 'LVM-CEvpkho0c5m8nL1OLDsPFUlc06QabkvDZUVR9caV59rsDY3WTvEIyA1ZZlmiIM9T',
    content: ext3('0150f809-da86-47c4-b14a-2b982b21cac6'),
  };

  beforeEach(() => {
    host = new Host();
    // Minor numbers as on the recorded host: the ninth map is the guest's root.
    for (let index = 0; index < 7; index += 1) host.map(`filler${index}`);
    host.map('VolGroupXX-LogVolDc1--4242p1', { content: ext3() });
    host.map('VolGroup00-LogVol00', { ...guestVolume, content: guestVolume.content.fork() });
    const pv = SimulatedFileSystem.make({ type: 'xfs', sizeBytes: gibibyte / 2, uuid: 'same' });
    host.map('VolGroupXX-xorigin', { content: pv });
    host.map('VolGroupXX-xsnapp2', { content: pv.fork() });
  });

  const expectRecorded = async (name: string): Promise<void> => {
    const { argv, exitCode, stdout, stderr } = recorded(name);
    expect(await answer(host.machine, argv)).toEqual({ exitCode, stdout, stderr });
  };

  it('mounts and unmounts as recorded', async () => {
    await expectRecorded('ro-ext3-live-snapshot');
    await expectRecorded('findmnt');
    await expectRecorded('already-mounted');
    const process = addProcess(host.machine, {
      argv: ['sleep', '100'],
      workingDirectory: locate(host.machine, '/mnt/rec'),
    });
    await expectRecorded('umount-busy');
    host.machine.processes.delete(process.processId);
    await expectRecorded('umount');
    await expectRecorded('umount-notmounted');
    await expectRecorded('findmnt-after-overflow');
  });

  it.each(['mount-nodev', 'mount-notarget', 'mount-swap', 'mount-wrongfs'])(
    'refuses as recorded: %s',
    expectRecorded,
  );

  it('refuses a second XFS of one UUID, unless told nouuid', async () => {
    host.mount('/dev/mapper/VolGroupXX-xorigin', '/boot', 'xfs', 'rw');
    await expectRecorded('xfs-duplicate-uuid');
    await expectRecorded('xfs-nouuid');
  });

  it('computes its answers: another device, another number, another text', async () => {
    host.map('other', { content: ext3('99999999-0000-4000-8000-000000000000') });
    host.mount('/dev/mapper/other', '/boot', 'ext3', 'rw', 'nosuid');
    const columns = 'TARGET,SOURCE,FSTYPE,OPTIONS,UUID,MAJ:MIN';
    const { stdout } = await answer(host.machine, ['findmnt', '-J', '-b', '-o', columns, '/boot']);
    expect(JSON.parse(stdout)).toEqual({
      filesystems: [
        {
          target: '/boot',
          source: '/dev/mapper/other',
          fstype: 'ext3',
          options: 'rw,nosuid,relatime',
          uuid: '99999999-0000-4000-8000-000000000000',
          'maj:min': '253:11',
        },
      ],
    });
  });

  it('follows a symbolic link on the host, as the kernel does', () => {
    const { machine } = host;
    const { tree } = guestVolume.content;
    expect(tree.inodeCount).toBe(1);
    host.mount(root, '/mnt/rec', 'ext3', 'rw');
    const mounted = locate(machine, '/mnt/rec');
    expect(mounted).toMatchObject({ inode: 2, mount: { device: { major: 253, minor: 8 } } });
  });
});

describe('a dirty journal', () => {
  const dirty = (): SimulatedFileSystem => {
    const fileSystem = ext3();
    fileSystem.beginUse(0);
    return fileSystem.fork();
  };

  it('is replayed by a read-only mount of a writable device', () => {
    const host = new Host();
    const content = dirty();
    host.map('snap', { content });
    host.mount('/dev/mapper/snap', '/mnt/rec', 'ext3', 'ro');
    expect(content.journal).toBe('clean');
  });

  it('cannot be mounted read-only on a read-only device, except without replay', async () => {
    const host = new Host();
    const content = dirty();
    host.map('snap', { content, access: 'read-only' });
    const mount = (options: string): Promise<unknown> =>
      answer(host.machine, ['mount', '-t', 'ext3', '-o', options, '/dev/mapper/snap', '/mnt/rec']);
    // Measured with util-linux 2.38.1 on a read-only loop device.
    expect(await mount('ro')).toEqual({
      exitCode: 32,
      stdout: '',
      stderr:
        'mount: /mnt/rec: cannot mount /dev/mapper/snap read-only.\n       dmesg(1) may have more information after failed mount system call.\n',
    });
    expect(await mount('ro,noload')).toMatchObject({ exitCode: 0 });
    expect(content.journal).toBe('needs-recovery');
  });

  it('is left by nobody who unmounts, and stamps tell of the use', () => {
    const host = new Host();
    const content = ext3();
    const before = content.superblockText();
    host.map('disk', { content });
    host.mount('/dev/mapper/disk', '/mnt/rec', 'ext3', 'rw');
    expect(content.journal).toBe('needs-recovery');
    void answer(host.machine, ['umount', '/mnt/rec']);
    expect(content.journal).toBe('clean');
    expect(content.superblockText()).not.toBe(before);
  });
});
