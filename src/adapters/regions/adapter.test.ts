import { describe, expect, it } from 'vitest';
import { codeOf } from '../shared/recordings.contract.js';
import { ReplayRunner } from '../shared/replay.contract.js';
import { readRegionsArgv } from './argv.js';
import { createRegionReader } from './index.js';
import { READ_REGIONS_SCRIPT } from './scripts.js';

const region = { device: '/dev/mapper/vg-lv', offsetBytes: 65_536, lengthBytes: 4096 };
const digest = 'a'.repeat(64);

function setUp(answer: { exitCode?: number; stdout?: string; stderr?: string }) {
  const runner = new ReplayRunner().on(/^sh -c/, answer);
  return createRegionReader({ runner, hostName: 'dom0b' });
}

describe('the command that reads regions', () => {
  it('is one for all of them', () => {
    const other = { ...region, device: '/dev/mapper/vg-other', offsetBytes: 0 };
    expect(readRegionsArgv('digest', [region, other])).toEqual([
      ...['sh', '-c', READ_REGIONS_SCRIPT, 'xen-backup-regions', 'digest'],
      ...['/dev/mapper/vg-lv', '65536', '4096', '/dev/mapper/vg-other', '0', '4096'],
    ]);
  });

  it.each([
    { ...region, device: '-f' },
    { ...region, offsetBytes: 100 },
    { ...region, lengthBytes: 100 },
    { ...region, offsetBytes: -512 },
    { ...region, lengthBytes: Number.NaN },
  ])('never reads %j', (bad) => {
    expect(codeOf(() => readRegionsArgv('bytes', [bad]))).toBe('internal');
  });
});

describe('what is read', () => {
  it('is nothing, without a command, where nothing is asked for', async () => {
    const reader = createRegionReader({ runner: new ReplayRunner(), hostName: 'dom0b' });
    expect([await reader.digest([]), await reader.read([])]).toEqual([[], []]);
  });

  it('is a digest, or the bytes', async () => {
    expect(await setUp({ stdout: `${digest}  -\n` }).digest([region])).toEqual([digest]);
    const short = { ...region, lengthBytes: 512 };
    const bytes = await setUp({ stdout: `${'58'.repeat(512)}\n` }).read([short]);
    expect(bytes).toEqual([new Uint8Array(512).fill(0x58)]);
  });

  it.each(['', `${digest}\n`, `${digest}  -`, `${digest}  -\n${digest}  -\n`, `${digest}  file\n`])(
    'is refused when sha256sum says %j',
    async (stdout) => {
      await expect(setUp({ stdout }).digest([region])).rejects.toMatchObject({
        code: 'output-unexpected',
      });
    },
  );

  it.each(['', '58\n', `${'5'.repeat(8191)}\n`, `${'zz'.repeat(4096)}\n`])(
    'is refused when od prints another number of bytes',
    async (stdout) => {
      await expect(setUp({ stdout }).read([region])).rejects.toMatchObject({
        code: 'output-unexpected',
      });
    },
  );

  it.each([
    ["dd: failed to open '/dev/mapper/vg-lv': No such file or directory\n", 'device-not-found'],
    ["dd: error reading '/dev/mapper/vg-lv': Input/output error\n", 'command-failed'],
  ])('fails as dd fails: %j', async (stderr, code) => {
    await expect(setUp({ exitCode: 1, stderr }).digest([region])).rejects.toMatchObject({ code });
  });
});
