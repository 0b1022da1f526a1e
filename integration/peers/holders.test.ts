import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createMounter } from '../../src/adapters/mount/index.js';
import { describeHolders, parseDeviceNumber } from '../../src/adapters/shared/index.js';
import { systemClock } from '../../src/composition/system-clock.js';
import { mountNew, type MountedFileSystem } from './file-systems.js';
import { execHere, here } from './peer/exec-here.js';

// Who holds a file system or a device is asked of the real kernel: its /proc and its mounts.
const hostName = 'here';
const runner = createLocalRunner({ hostName });
const clock = { ...systemClock, sleep: (ms: number) => systemClock.sleep(Math.min(ms, 20)) };
const mounter = createMounter({ runner, clock, hostName });
const directory = mkdtempSync(join(tmpdir(), 'xen-backup-holders-'));
const started: ChildProcess[] = [];
let mounted: MountedFileSystem;

/** Starts a program that says `ready` once it holds what it is to hold. */
async function hold(argv: readonly [string, ...string[]]): Promise<ChildProcess> {
  const [file, ...args] = argv;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => {
      resolve();
    });
    child.once('exit', (code) => {
      reject(new Error(`${file} ended with ${String(code)}`));
    });
  });
  return child;
}

async function letGo(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

const holdersOf = async (): Promise<unknown> => {
  const [entry] = (await mounter.list()).filter(
    ({ mountPoint }) => mountPoint === mounted.mountPoint,
  );
  if (entry === undefined) throw new Error('not mounted');
  return describeHolders(runner, hostName, entry.deviceNumber, mounted.mountPoint);
};

beforeAll(async () => {
  mounted = await mountNew(execHere, directory, 'ext4', 64);
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) await letGo(child);
  }
});

afterAll(async () => {
  await mounted.unmount();
  rmSync(directory, { recursive: true });
});

describe('a mount that is busy at teardown', () => {
  it('names the process that works in it, and is left mounted', async () => {
    const child = await hold([
      'sh',
      '-c',
      'cd "$1" && echo ready && read -r _',
      'x',
      mounted.mountPoint,
    ]);
    const busy = mounter.unmount(mounted.mountPoint);
    await expect(busy).rejects.toMatchObject({
      code: 'mount-busy',
      message: expect.stringContaining(
        `sh (pid ${String(child.pid)}, works in ${mounted.mountPoint})`,
      ),
    });
    here(['mountpoint', '-q', mounted.mountPoint]);
  });

  it('names the process that has a file of it open, a deleted one too', async () => {
    const file = join(mounted.mountPoint, 'a b');
    const script = 'exec 3>"$1"; rm -- "$1"; echo ready; read -r _';
    const child = await hold(['sh', '-c', script, 'x', file]);
    expect(await holdersOf()).toEqual([
      `sh (pid ${String(child.pid)}, has ${file} (deleted) open)`,
    ]);
  });

  it('names the loop device that stands on a file of it', async () => {
    const image = join(mounted.mountPoint, 'image');
    here(['truncate', '-s', '1M', image]);
    const loop = here(['losetup', '--find', '--show', image]).trim();
    try {
      const name = loop.slice('/dev/'.length);
      expect(await holdersOf()).toEqual([`loop device ${name} (on ${image})`]);
    } finally {
      here(['losetup', '--detach', loop]);
    }
  });

  it('names the process that keeps it mounted in another mount namespace', async () => {
    const inside = join(directory, 'inside');
    mkdirSync(inside);
    const script = 'mount --bind "$1" "$2" && umount "$1" && echo ready && exec cat';
    const privately = ['--mount', '--propagation', 'private'];
    const words = ['sh', '-c', script, 'x', mounted.mountPoint, inside];
    const child = await hold(['unshare', ...privately, ...words]);
    const device = here(['findmnt', '-n', '-o', 'MAJ:MIN', mounted.mountPoint]).trim();
    const holders = await describeHolders(runner, hostName, deviceNumber(device));
    expect(holders).toEqual([
      `cat (pid ${String(child.pid)}, keeps it mounted on ${inside} in a mount namespace of its own)`,
      `mount ${mounted.mountPoint}`,
    ]);
    await letGo(child);
    expect(await describeHolders(runner, hostName, deviceNumber(device))).toEqual([
      `mount ${mounted.mountPoint}`,
    ]);
  });

  it('does not name a service whose mount namespace follows ours', async () => {
    const shared = join(directory, 'shared');
    mkdirSync(shared);
    // What systemd has done to / on every host.
    here(['mount', '--bind', shared, shared]);
    here(['mount', '--make-rshared', shared]);
    try {
      const service = ['unshare', '--mount', '--propagation', 'slave'] as const;
      const child = await hold([...service, 'sh', '-c', 'echo ready && exec cat']);
      const { mountPoint } = await mountNew(execHere, shared, 'ext4', 64);
      expect(mountsOf(child)).toContain(` ${mountPoint} `);
      const device = here(['findmnt', '-n', '-o', 'MAJ:MIN', mountPoint]).trim();
      const holders = await describeHolders(runner, hostName, deviceNumber(device));
      expect(holders).toEqual([`mount ${mountPoint}`]);
      here(['umount', mountPoint]);
      expect(mountsOf(child)).not.toContain(` ${mountPoint} `);
    } finally {
      here(['umount', '--recursive', shared]);
    }
  });
});

function mountsOf({ pid }: ChildProcess): string {
  return readFileSync(`/proc/${String(pid)}/mountinfo`, 'utf8');
}

describe('a device that is busy', () => {
  it('names the process that has it open', async () => {
    const source = here(['findmnt', '-n', '-o', 'SOURCE', mounted.mountPoint]).trim();
    const device = here(['findmnt', '-n', '-o', 'MAJ:MIN', mounted.mountPoint]).trim();
    const script = 'exec 3<"$1"; echo ready; read -r _';
    const child = await hold(['sh', '-c', script, 'x', source]);
    expect(await describeHolders(runner, hostName, deviceNumber(device))).toEqual([
      `sh (pid ${String(child.pid)}, has ${source} open)`,
      `mount ${mounted.mountPoint}`,
    ]);
  });
});

function deviceNumber(text: string) {
  const number = parseDeviceNumber(text);
  if (number === undefined) throw new Error(`not a device number: ${text}`);
  return number;
}
