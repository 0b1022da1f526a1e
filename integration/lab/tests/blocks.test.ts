import { beforeAll, describe, expect, test } from 'vitest';
import { domainXml, guestDisk } from '../guests.js';
import { hostVolumeGroup, type HostName } from '../hosts.js';
import { lab } from '../lab.js';
import { pairConfiguration, runTimeoutMs, useLab, xenBackup } from './use-lab.js';

const guest = 'vault';
const disk = `/dev/${hostVolumeGroup}/${guest}`;
const sizeMiB = 256;

/** Partitions in MiB: a file system, what looks like LUKS, raw data, swap. */
const parts = {
  root: { number: 1, start: 1, size: 63 },
  secret: { number: 2, start: 64, size: 128 },
  raw: { number: 3, start: 192, size: 16 },
  swap: { number: 4, start: 208, size: 47 },
} as const;

type PartName = keyof typeof parts;

describe('what cannot be copied as files, on real hosts', () => {
  useLab('blocks.test.ts', pairConfiguration({ guests: [guest] }));
  beforeAll(prepare, 3_600_000);

  test(
    'plan says what goes by files, by blocks, by its header',
    async () => {
      const plan = await xenBackup('dom0a', 'plan', guest);
      expect(plan).toMatchObject({ exitCode: 0 });
      for (const line of [
        /xvda\/1 +files/,
        /xvda\/2 +blocks +crypto_LUKS cannot be copied file by file/,
        /xvda\/3 +blocks +nothing was recognised/,
        /xvda\/4 +header/,
      ]) {
        expect(plan.stdout).toMatch(line);
      }
    },
    runTimeoutMs,
  );

  test(
    'a run brings all of it over, sends little, and leaves nothing',
    async () => {
      const before = await lab.residue();
      const run = await xenBackup('dom0a', 'run', guest, '--json');
      expect(run).toMatchObject({ exitCode: 0 });
      const sent = [
        ...run.stdout.matchAll(/"type":"copy-finished".*"pass":"real".*"bytes":(\d+)/g),
      ];
      const bytes = sent.map(([, count]) => Number(count));
      console.log(`blocks: bytes of each transfer: ${bytes.join(', ')}`);
      expect(bytes.length).toBeGreaterThanOrEqual(3);
      // 4 MiB of 128 changed, and hashes.
      expect(Math.max(...bytes)).toBeLessThan(6 * 2 ** 20);
      expect(await lab.residue()).toEqual(before);
    },
    runTimeoutMs,
  );

  test('the standby is equal to the last byte where it went by blocks', async () => {
    for (const name of ['secret', 'raw'] as const) {
      expect(await digestOf('dom0b', name), name).toBe(await digestOf('dom0a', name));
    }
  });

  test('its swap has the UUID of the source', async () => {
    const [here, there] = await Promise.all([swapUuid('dom0a'), swapUuid('dom0b')]);
    expect(there).toBe(here);
  });

  test(
    'the next run accepts its own standby and sends next to nothing',
    async () => {
      const run = await xenBackup('dom0a', 'run', guest);
      expect(run).toMatchObject({ exitCode: 0 });
    },
    runTimeoutMs,
  );

  test(
    'a boot loader installed on the source alone is drift, with the command that mends it',
    async () => {
      await write('dom0a', 0.5, 'core.img');
      const run = await xenBackup('dom0a', 'plan', guest);
      expect(run).toMatchObject({ exitCode: 4 });
      const said = run.stdout.replaceAll(/\s+/g, ' ');
      expect(said).toContain(`dd if=${disk} bs=512 count=2048`);
      const zeros = ['if=/dev/zero', `of=${disk}`, 'bs=512', 'seek=1024', 'count=1'];
      await lab.host('dom0a').must(['dd', ...zeros, 'conv=notrunc,fsync']);
    },
    runTimeoutMs,
  );

  test(
    'a standby whose encrypted part was used is refused',
    async () => {
      // Where LUKS1 keeps the start of its data.
      await write('dom0b', parts.secret.start + 2, 'somebody was here');
      const run = await xenBackup('dom0a', 'run', guest);
      expect(run).toMatchObject({ exitCode: 10 });
      expect(`${run.stdout}${run.stderr}`).toContain('xvda/2');
    },
    runTimeoutMs,
  );
});

/** The guest on both hosts, running on dom0a (in the shell of its initrd), the standby older. */
async function prepare(): Promise<void> {
  const source = lab.host('dom0a');
  for (const other of ['dc1', 'dc2']) await source.must(['virsh', 'destroy', other]);
  for (const name of ['dom0a', 'dom0b'] as const) {
    const size = ['--size', `${String(sizeMiB)}M`, '--name', guest];
    const create = ['lvcreate', '--yes', '--wipesignatures', 'y'] as const;
    await lab.host(name).must([...create, ...size, hostVolumeGroup]);
    await define(name);
  }
  await makeDisk();
  const copy = 'dd if="$1" bs=1M status=none | ssh dom0b dd of="$1" bs=1M conv=fsync status=none';
  await source.must(['sh', '-c', copy, 'seed', disk], { timeoutMs: 900_000 });
  await changeDisk();
  await source.must(['virsh', 'start', guest]);
}

/** A table, a file system, a LUKS1 header before noise, noise, swap. */
async function makeDisk(): Promise<void> {
  const source = lab.host('dom0a');
  const table = Object.values(parts).flatMap(({ start, size }) => [
    ...['mkpart', 'primary', `${String(start)}MiB`, `${String(start + size)}MiB`],
  ]);
  await source.must(['parted', '-s', disk, 'mklabel', 'msdos', ...table]);
  await onLoop('root', ['mkfs.ext4', '-q']);
  await onLoop('swap', ['mkswap']);
  for (const name of ['secret', 'raw'] as const) {
    const { start, size } = parts[name];
    const place = [`seek=${String(start)}`, `count=${String(size)}`];
    await source.must(['dd', 'if=/dev/urandom', `of=${disk}`, 'bs=1M', 'conv=notrunc', ...place]);
  }
  // What blkid looks at: magic, version 1, and the UUID at byte 168. Raw data begins with zeros, so
  // that no noise looks like anything.
  const header =
    'printf "LUKS\\272\\276\\000\\001" | dd of="$1" bs=1M seek=64 conv=notrunc status=none && ' +
    'printf %s 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d0102 | ' +
    'dd of="$1" bs=1 seek=$((64 * 1048576 + 168)) conv=notrunc status=none && ' +
    'dd if=/dev/zero of="$1" bs=1M seek=192 count=1 conv=notrunc,fsync status=none';
  await source.must(['sh', '-c', header, 'luks', disk]);
}

/** 4 MiB of the encrypted part in 64 places, some of the raw one, and another swap. */
async function changeDisk(): Promise<void> {
  const source = lab.host('dom0a');
  const change =
    'for i in $(seq 1 64); do dd if=/dev/urandom of="$1" bs=64k count=1 ' +
    'seek=$((64 * 16 + i * 31)) conv=notrunc status=none || exit 1; done; sync "$1"';
  await source.must(['sh', '-c', change, 'change', disk], { timeoutMs: 900_000 });
  await write('dom0a', parts.raw.start + 8, 'changed since');
  await onLoop('swap', ['mkswap']);
}

/** Runs a tool on one partition of dom0a's disk, while the guest does not run. */
async function onLoop(name: PartName, command: readonly [string, ...string[]]): Promise<void> {
  const { start, size } = parts[name];
  const script =
    'loop=$(losetup -f --show --offset $(($2 * 1048576)) --sizelimit $(($3 * 1048576)) "$1") && ' +
    'shift 3 && "$@" "$loop"; status=$?; losetup -d "$loop"; exit "$status"';
  const words = [disk, String(start), String(size), ...command];
  await lab.host('dom0a').must(['sh', '-c', script, 'on-loop', ...words]);
}

async function write(name: HostName, atMiB: number, text: string): Promise<void> {
  const script =
    'printf %s "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc,fsync status=none; blockdev --flushbufs "$1"';
  const words = [disk, String(atMiB * 1_048_576), text];
  await lab.host(name).must(['sh', '-c', script, 'write', ...words]);
}

async function digestOf(name: HostName, part: PartName): Promise<string> {
  const { start, size } = parts[part];
  const script =
    'dd if="$1" bs=1M iflag=direct skip="$2" count="$3" status=none | sha256sum | cut -c1-64';
  return lab.host(name).must(['sh', '-c', script, 'digest', disk, String(start), String(size)], {
    timeoutMs: 900_000,
  });
}

async function swapUuid(name: HostName): Promise<string> {
  const offset = String(parts.swap.start * 1_048_576);
  const question = ['blkid', '-p', '-O', offset, '-o', 'value', '-s', 'UUID'] as const;
  return lab.host(name).must([...question, disk]);
}

async function define(name: HostName): Promise<void> {
  const spec = {
    name: guest,
    uuid: '5d6a3e0c-0d5c-4c54-9d0e-0000000001b1',
    disks: [{ volume: guest, target: guestDisk('a'), sizeMiB }],
    memoryMiB: 128,
    fileSystems: [],
    volatile: [],
    // Its initrd finds no root there and stays in its shell: it runs, and writes nothing.
    cmdline: 'root=/dev/none rootfstype=ext4',
  };
  const host = lab.host(name);
  await host.must(['tee', '/run/vault.xml'], { stdin: domainXml(spec) });
  await host.must(['virsh', 'define', '/run/vault.xml']);
  await host.must(['rm', '/run/vault.xml']);
}
