import { beforeAll, describe, expect, test } from 'vitest';
import { domainXml, guestSpec } from '../guests.js';
import { hosts, hostVolumeGroup, type HostName } from '../hosts.js';
import { lab } from '../lab.js';
import { pairConfiguration, useLab, xenBackup } from './use-lab.js';

// Guests on a thin pool, in a raw file and on a partition. Each is a copy of the smallest guest's
// disk, one file system without a table; the standbys differ by what is written to them first.

const sizeMiB = guestSpec('dc3').disks[0]?.sizeMiB ?? 0;
const original = `/dev/${hostVolumeGroup}/${guestSpec('dc3').disks[0]?.volume ?? ''}`;
const disks = {
  thin: `/dev/${hostVolumeGroup}/LogVolThin`,
  raw: '/srv/raw.img',
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
  for (const path of Object.values(disks)) {
    await must(name, 'dd', `if=${original}`, `of=${path}`, 'bs=4M', 'conv=notrunc,fsync');
  }
}

function definition(guest: Guest): string {
  const source =
    guest === 'raw' ? `<source file='${disks.raw}'/>` : `<source dev='${disks[guest]}'/>`;
  const disk = `<disk type='${guest === 'raw' ? 'file' : 'block'}' device='disk'>
      <driver name='${guest === 'raw' ? 'qemu' : 'phy'}' type='raw'/>
      ${source}
      <target dev='xvda' bus='xen'/>
    </disk>`;
  return domainXml(guestSpec('dc3'))
    .replace(`<uuid>${guestSpec('dc3').uuid}</uuid>`, '')
    .replace('<name>dc3<', `<name>${guest}<`)
    .replace(/<disk[\s\S]*<\/disk>/, disk);
}

/** Work on the file system of a disk that nobody uses. */
async function mounted(name: HostName, path: string, script: string): Promise<string> {
  const text = `mkdir -p /mnt/disk && mount "$1" /mnt/disk && { cd /mnt/disk; ${script}; cd /; umount /mnt/disk; }`;
  return must(name, 'sh', '-ec', text, 'disk', path);
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
      for (const guest of ['thin', 'raw', 'plain'] as const) {
        const stdin = definition(guest);
        await lab.host(name).must(['tee', '/run/storage.xml'], { stdin });
        await must(name, 'virsh', 'define', '/run/storage.xml');
        await mounted(name, disks[guest], name === 'dom0a' ? change : spoil);
      }
    }
  }, 1_800_000);

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

  test.each(['raw', 'plain'] as const)('a guest at rest is copied: %s', async (guest) => {
    const words = ['--from', 'dom0a', '--discard-standby-changes', guest];
    const run = await xenBackup('dom0a', 'run', guest, ...words);
    expect(run).toMatchObject({ exitCode: 0 });
    await same(guest);
  });

  test('nothing of ours is left on either host', async () => {
    const left = await lab.residue();
    expect(left.filter((item) => JSON.stringify(item).includes('xen-backup'))).toEqual([]);
    for (const { name } of hosts) {
      expect(await must(name, 'losetup', '--list')).not.toContain('/run/xen-backup');
    }
  });
});
