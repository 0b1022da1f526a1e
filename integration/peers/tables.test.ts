import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContentProbe } from '../../src/adapters/blkid/index.js';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createPartitionTableReader } from '../../src/adapters/parted/index.js';

const hostName = 'here';
const runner = createLocalRunner({ hostName });
const tables = createPartitionTableReader({ runner, hostName });
const contents = createContentProbe({ runner, hostName });

const mebibyte = 2 ** 20;

/** Real parted and blkid on loop devices: where the sector's size and a hybrid table matter. */
describe('partition tables as the tools read them', () => {
  let folder: string;
  let image: string;
  const loops: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xen-backup-tables-'));
    image = join(folder, 'disk.img');
    closeSync(openSync(image, 'w'));
    truncateSync(image, 64 * mebibyte);
  });

  afterEach(() => {
    for (const loop of loops.splice(0)) execaSync('losetup', ['-d', loop]);
    rmSync(folder, { recursive: true });
  });

  /** The image as a disk with sectors of that size. */
  function disk(sectorBytes: 512 | 4096): string {
    const options = ['--find', '--show', '--sector-size', String(sectorBytes)];
    const { stdout } = execaSync('losetup', [...options, image]);
    loops.push(stdout);
    return stdout;
  }

  /** Sizes in MiB; the kernel need not know the partitions. */
  function partition(device: string): void {
    const script =
      'label: gpt\nstart=1MiB, size=16MiB, name=one\nstart=20MiB, size=20MiB, name=two\n';
    execaSync('sfdisk', ['--quiet', '--no-reread', '--no-tell-kernel', device], { input: script });
  }

  const expected = [
    { number: 1, name: 'one', startBytes: mebibyte, sizeBytes: 16 * mebibyte, kind: 'primary' },
    {
      number: 2,
      name: 'two',
      startBytes: 20 * mebibyte,
      sizeBytes: 20 * mebibyte,
      kind: 'primary',
    },
  ];

  it('count in bytes on a disk with sectors of 4096 bytes', async () => {
    const device = disk(4096);
    partition(device);
    expect(await tables.readTable(device)).toMatchObject({
      label: 'gpt',
      logicalSectorSizeBytes: 4096,
      partitions: expected,
    });
    expect((await contents.probe(device)).content).toMatchObject({ label: 'gpt' });
  });

  it('are told as what protects a GPT where host and guest see sectors of different sizes', async () => {
    partition(disk(4096));
    const device = disk(512);
    expect((await contents.probe(device)).content).toMatchObject({
      kind: 'other',
      type: 'PMBR partition table',
    });
  });

  it('are a GPT to all tools when they are hybrid', async () => {
    const device = disk(512);
    partition(device);
    // A second entry beside the protective one, as for an old boot loader.
    const entry = Buffer.from([0x80, 0, 2, 0, 0x83, 0xff, 0xff, 0xff, 0, 8, 0, 0, 0, 0x80, 0, 0]);
    const file = openSync(image, 'r+');
    writeSync(file, entry, 0, entry.length, 446 + 16);
    closeSync(file);
    expect((await contents.probe(device)).content).toMatchObject({ label: 'gpt' });
    expect((await tables.readTable(device)).partitions).toMatchObject(expected);
  });
});
