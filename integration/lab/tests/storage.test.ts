import { beforeAll, describe, expect, test } from 'vitest';
import { domainXml, guestSpec } from '../guests.js';
import { hosts, hostVolumeGroup, type HostName } from '../hosts.js';
import { lab } from '../lab.js';
import { pairConfiguration, useLab, xenBackup } from './use-lab.js';

// Guests on a thin pool, in a raw file, in a qcow2 image and on a partition. Each is a copy of the smallest guest's
// disk, one file system without a table; the standbys differ by what is written to them first.

const sizeMiB = guestSpec('dc3').disks[0]?.sizeMiB ?? 0;
const original = `/dev/${hostVolumeGroup}/${guestSpec('dc3').disks[0]?.volume ?? ''}`;
const disks = {
  thin: `/dev/${hostVolumeGroup}/LogVolThin`,
  raw: '/srv/raw.img',
  qcow2: '/srv/disk.qcow2',
  plain: '/dev/loop7p1',
} as const;
type Guest = keyof typeof disks;

const wait = { timeoutMs: 600_000 } as const;
const must = (name: HostName, ...argv: readonly [string, ...string[]]): Promise<string> =>
  lab.host(name).must(argv, wait);

async function makeDisks(name: HostName): Promise<void> {
  const size = `${String(sizeMiB)}M`;
  const pool = `${String(2 * sizeMiB)}M`;
  const thinPool = ['--type', 'thin-pool', '--name', 'pool', '--size', pool] as const;
  await must(name, 'lvcreate', '--yes', ...thinPool, hostVolumeGroup);
  const thin = ['--type', 'thin', '--name', 'LogVolThin', '--virtualsize', size] as const;
  await must(name, 'lvcreate', '--yes', ...thin, '--thinpool', 'pool', hostVolumeGroup);
  await must(name, 'truncate', '--size', size, disks.raw);
  // A partition as the kernel itself makes it, on a disk that LVM does not know.
  await must(name, 'truncate', '--size', `${String(sizeMiB + 2)}M`, '/srv/plain.img');
  await lab.host(name).must(['sfdisk', '--quiet', '/srv/plain.img'], {
    ...wait,
    stdin: `label: dos\nstart=2048, size=${String(sizeMiB * 2048)}, type=83\n`,
  });
  await must(name, 'losetup', '--partscan', '/dev/loop7', '/srv/plain.img');
  for (const path of [disks.thin, disks.raw, disks.plain]) {
    await must(name, 'dd', `if=${original}`, `of=${path}`, 'bs=4M', 'conv=notrunc,fsync');
  }
  const formats = ['-f', 'raw', '-O', 'qcow2'] as const;
  await must(name, 'qemu-img', 'convert', ...formats, original, disks.qcow2);
}

function definition(guest: Guest): string {
  const isFile = guest === 'raw' || guest === 'qcow2';
  const source = `<source ${isFile ? 'file' : 'dev'}='${disks[guest]}'/>`;
  const disk = `<disk type='${isFile ? 'file' : 'block'}' device='disk'>
      <driver name='${isFile ? 'qemu' : 'phy'}' type='${guest === 'qcow2' ? 'qcow2' : 'raw'}'/>
      ${source}
      <target dev='xvda' bus='xen'/>
    </disk>`;
  return domainXml(guestSpec('dc3'))
    .replace(`<uuid>${guestSpec('dc3').uuid}</uuid>`, '')
    .replace('<name>dc3<', `<name>${guest}<`)
    .replace(/<disk[\s\S]*<\/disk>/, disk);
}

async function until(name: HostName, condition: string): Promise<void> {
  const script = `for turn in $(seq 100); do { ${condition}; } >/dev/null && exit 0; sleep 0.3; done; exit 1`;
  await must(name, 'sh', '-c', script);
}

/** Work on the file system of a disk that nobody uses. */
async function mounted(name: HostName, path: string, script: string): Promise<string> {
  const text = `mkdir -p /mnt/disk && mount "$1" /mnt/disk && { cd /mnt/disk; ${script}; cd /; umount /mnt/disk; }`;
  if (path !== disks.qcow2) return must(name, 'sh', '-ec', text, 'disk', path);
  // A device of its own, far from those that are tried first.
  await must(name, 'qemu-nbd', '--connect=/dev/nbd9', '--format=qcow2', '--', path);
  await until(name, '[ "$(cat /sys/block/nbd9/size)" -gt 0 ]');
  const said = await must(name, 'sh', '-ec', text, 'disk', '/dev/nbd9');
  await must(name, 'qemu-nbd', '--disconnect', '/dev/nbd9');
  // Until it has ended, it has the image open for itself.
  await until(name, '! pidof qemu-nbd');
  return said;
}

const change = 'rm -rf srv/new; mkdir -p srv/new; cp -a bin srv/new/; echo source >srv/new/who';
const spoil = 'mkdir -p srv/new; echo old >srv/new/who; echo gone >srv/new/only-here';
const digest =
  'find srv/new -printf "%y %m %s %T@ %p\\n" | sort; tar --sort=name -c srv/new | sha256sum';

const configuration = pairConfiguration({ guests: Object.keys(disks) });

describe('what a disk may lie on', () => {
  useLab('storage.test.ts', configuration);

  beforeAll(async () => {
    for (const { name } of hosts) {
      await makeDisks(name);
      for (const guest of ['thin', 'raw', 'qcow2', 'plain'] as const) {
        const stdin = definition(guest);
        await lab.host(name).must(['tee', '/run/storage.xml'], { stdin });
        await must(name, 'virsh', 'define', '/run/storage.xml');
        if (guest !== 'qcow2') await changed(name, guest);
      }
    }
  }, 1_800_000);

  async function changed(name: HostName, guest: Guest): Promise<void> {
    await mounted(name, disks[guest], name === 'dom0a' ? change : spoil);
  }

  async function same(guest: Guest): Promise<void> {
    const [source, standby] = await Promise.all(
      hosts.map(({ name }) => mounted(name, disks[guest], digest)),
    );
    expect(standby).toBe(source);
    expect(standby).toContain('srv/new/who');
    expect(standby).not.toContain('only-here');
  }

  test('a guest on a thin pool is copied while it runs', async () => {
    await must('dom0a', 'virsh', 'start', 'thin');
    const run = await xenBackup('dom0a', 'run', 'thin');
    expect(run).toMatchObject({ exitCode: 0 });
    await must('dom0a', 'virsh', 'destroy', 'thin');
    await same('thin');
  });

  test('a guest that would be read while it runs is refused', async () => {
    await must('dom0a', 'virsh', 'start', 'plain');
    const run = await xenBackup('dom0a', 'run', 'plain');
    expect(run.exitCode).toBe(10);
    expect(`${run.stdout}${run.stderr}`).toContain('withoutSnapshot: [xvda]');
    await must('dom0a', 'virsh', 'destroy', 'plain');
    // Its journal is dirty now: a mount of the host replays it, as a start and a shutdown would.
    await mounted('dom0a', disks.plain, 'true');
  });

  test('a qcow2 image is refused without the module that shows it, with what to do', async () => {
    const check = await xenBackup('dom0a', 'check', 'qcow2');
    expect(check.exitCode).toBe(4);
    expect(`${check.stdout}${check.stderr}`).toContain('modprobe nbd max_part=0');
    for (const { name } of hosts) {
      await must(name, 'modprobe', 'nbd', 'max_part=0');
      await changed(name, 'qcow2');
    }
  });

  test.each(['raw', 'qcow2', 'plain'] as const)('a guest at rest is copied: %s', async (guest) => {
    const words = ['--from', 'dom0a', '--discard-standby-changes', guest];
    const run = await xenBackup('dom0a', 'run', guest, ...words);
    expect(run).toMatchObject({ exitCode: 0 });
    await same(guest);
  });

  test('a standby in a qcow2 image that was written to since is refused', async () => {
    await mounted('dom0b', disks.qcow2, 'echo used >srv/new/who');
    const run = await xenBackup('dom0a', 'run', 'qcow2', '--from', 'dom0a');
    expect(run.exitCode).toBe(10);
    expect(`${run.stdout}${run.stderr}`).toContain('xvda (qcow2) changed');
  });

  test('nothing of ours is left on either host', async () => {
    const left = await lab.residue();
    expect(left.filter((item) => JSON.stringify(item).includes('xen-backup'))).toEqual([]);
    for (const { name } of hosts) {
      expect(await must(name, 'losetup', '--list')).not.toContain('/run/xen-backup');
      // No server, and no device that anybody has.
      expect(await must(name, 'sh', '-c', 'pidof qemu-nbd; ls /sys/block/nbd*/pid; true')).toBe('');
    }
  });
});
