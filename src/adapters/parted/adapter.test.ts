import { describe, expect, it } from 'vitest';
import { readRecording } from '../shared/recordings.contract.js';
import { ReplayRunner } from '../shared/replay.contract.js';
import { createPartitionTableReader } from './index.js';

const device = '/dev/mapper/xen-backup-abcdefghij-1';

function setUp() {
  const runner = new ReplayRunner();
  return { runner, reader: createPartitionTableReader({ runner, hostName: 'dom0a' }) };
}

describe('the parted adapter', () => {
  it('falls back to the old format once, and remembers', async () => {
    const { runner, reader } = setUp();
    const machine = readRecording('parted', 'xen/msdos-lvm-machine');
    runner
      .on(/^parted -s -j/, { exitCode: 1, stderr: "parted: invalid option -- 'j'\n" })
      .on(/^parted -s -m/, machine, 2);
    await reader.readTable(device);
    await expect(reader.readTable(device)).resolves.toMatchObject({ label: 'msdos' });
    expect(runner.lines).toHaveLength(3);
  });

  it.each([
    ['xen/blank-json', 'output-unexpected'],
    ['xen/whole-pv-json', 'output-unexpected'],
    ['xen/whole-ext4-json', 'output-unexpected'],
    ['loop/mac-json', 'output-unexpected'],
    ['loop/msdos-outside-json', 'output-unexpected'],
    ['loop/gpt-backup-corrupt-json', 'output-unexpected'],
    ['loop/missing-device-json', 'device-not-found'],
    ['loop/unknown-option', 'command-failed'],
  ])('answers %s with %s', async (name, code) => {
    const { runner, reader } = setUp();
    runner.on(/^parted/, readRecording('parted', name));
    await expect(reader.readTable(device)).rejects.toMatchObject({ code });
  });

  it.each(['loop/gpt-grown-json', 'loop/gpt-foreign-letters-json', 'loop/msdos-empty-json'])(
    'reads %s in spite of its warnings',
    async (name) => {
      const { runner, reader } = setUp();
      runner.on(/^parted/, readRecording('parted', name));
      await expect(reader.readTable(device)).resolves.toBeDefined();
    },
  );
});
