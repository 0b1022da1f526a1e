import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProbedDevice } from '../../ports/index.js';
import type { CommandResult } from '../../ports/index.js';
import {
  codeOf,
  describeRecordings,
  expectStrict,
  garbage,
} from '../shared/recordings.contract.js';
import { probeArgv, sizeArgv } from './argv.js';
import { parseProbe, parseSize } from './parse.js';

function is(probed: ProbedDevice) {
  return ({ stdout }: CommandResult) => {
    expect(parseProbe(stdout)).toEqual(probed);
  };
}

function isFileSystem(content: {
  type: string;
  uuid: string;
  label?: string;
  deviceUuid?: string;
}) {
  return is({ content: { kind: 'file-system', ...content } });
}

function isLabelled(label: string) {
  return ({ stdout }: CommandResult) => {
    expect(parseProbe(stdout).content).toMatchObject({ kind: 'file-system', label });
  };
}

/** Nothing on stdout: no parser makes anything of it, the adapter asks a second question. */
function saysNothing({ exitCode, stdout, stderr }: CommandResult) {
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: '' });
  expect(codeOf(() => parseProbe(stdout))).toBe('output-unexpected');
}

describeRecordings('blkid', {
  'xen/blank-probe': saysNothing,
  // Measured: of a device that does not exist blkid says exactly what it says of a blank one.
  'loop/missing-device': saysNothing,
  'xen/gpt-efi-xfs-swap-probe': is({
    content: {
      kind: 'partition-table',
      label: 'gpt',
      uuid: 'cd66f1ff-bff8-403f-ab2e-33de6060c5db',
    },
  }),
  'xen/gpt-p1': is({
    content: { kind: 'file-system', type: 'vfat', uuid: 'DD95-013F', label: 'EFI' },
    partitionUuid: 'e67d58a9-6853-48c0-b851-fa5dedee4713',
    partitionLabel: 'ESP',
  }),
  'xen/gpt-p2': is({
    content: {
      kind: 'file-system',
      type: 'xfs',
      uuid: 'f1fdd60f-2593-41cb-a962-fe8318149a25',
      label: 'xroot',
    },
    partitionUuid: '2ea15694-1fdd-4061-8f27-c52fa668b5f0',
    partitionLabel: 'root',
  }),
  'xen/gpt-p3': is({
    content: { kind: 'swap', uuid: '66b0f2f3-c821-4056-b9d9-ffd8d2e94006' },
    partitionUuid: 'bc19f9a9-3c74-4d1a-a1aa-1679f2fd537c',
    partitionLabel: 'swap',
  }),
  'xen/gpt-p4': is({
    content: { kind: 'file-system', type: 'ext4', uuid: '3a46610e-b320-4e7c-a064-a2401a515900' },
    partitionUuid: 'bab60200-d8cf-4797-b79b-ac289833a435',
    partitionLabel: 'data',
  }),
  'xen/lv-ext3-probe': isFileSystem({
    type: 'ext3',
    uuid: '0150f809-da86-47c4-b14a-2b982b21cac6',
    label: 'ROOT',
  }),
  'xen/lv-swap-probe': is({
    content: { kind: 'swap', uuid: '20429dc0-1505-46a1-9b1e-7bea8d06814b' },
  }),
  'xen/msdos-extended-digit-probe': is({
    content: { kind: 'partition-table', label: 'msdos', uuid: '96eae725' },
  }),
  'xen/msdos-lvm-probe': is({
    content: { kind: 'partition-table', label: 'msdos', uuid: 'dbb6a7d8' },
  }),
  'xen/msdos-p1': is({
    content: {
      kind: 'file-system',
      type: 'ext3',
      uuid: 'd2e0e64c-1e1e-4b1e-bfb4-c73ae9ba1375',
      label: 'BOOT',
    },
    partitionUuid: 'dbb6a7d8-01',
  }),
  'xen/msdos-p2-pv': is({
    content: { kind: 'physical-volume', uuid: 'Ho8f7E-unRZ-zQBY-SILL-zjVL-0crt-mc04IN' },
    partitionUuid: 'dbb6a7d8-02',
  }),
  'xen/whole-btrfs-probe': isFileSystem({
    type: 'btrfs',
    uuid: 'bf3a0648-80ec-4490-ae7a-745143c4d0a6',
    label: 'BTR',
    deviceUuid: '6cd7d565-2963-40d4-864c-a70e551b8692',
  }),
  'xen/whole-ext4-probe': isFileSystem({
    type: 'ext4',
    uuid: 'c02af439-3f73-4ac3-8652-2a1fb0a66be7',
    label: 'WHOLE',
  }),
  'xen/whole-pv-probe': is({
    content: { kind: 'physical-volume', uuid: 'La0nly-PEnL-iC3W-56WZ-h2eW-SKWm-8d347J' },
  }),
  'loop/label-punctuation': isLabelled('a b"\\$`<'),
  'loop/label-utf8': isLabelled('dönnées é'),
  // Not distinguishable from the notation for high bytes; taken as printed because it is no UTF-8.
  'loop/label-like-notation': isLabelled('M-C ^J M-'),
  'loop/label-latin1': isLabelled('cafM-i'),
  'loop/mac-table': is({ content: { kind: 'other', type: 'mac partition table' } }),
  // Making a table wipes the file system's signature: no contradiction is left.
  'loop/two-signatures': ({ stdout }) => {
    expect(parseProbe(stdout).content).toMatchObject({ kind: 'partition-table', label: 'msdos' });
  },
  'loop/size': ({ stdout }) => {
    expect(parseSize(stdout)).toBe(67_108_864);
  },
  'loop/size-missing-device': ({ exitCode, stdout, stderr }) => {
    expect(exitCode).toBe(1);
    expect(stderr).toContain('No such file or directory');
    expect(codeOf(() => parseSize(stdout))).toBe('output-unexpected');
  },
});

describe('the content of a device', () => {
  it.each([
    ['two kinds of signatures', 'DEVNAME=/dev/x\nTYPE=iso9660\nUSAGE=filesystem\nPTTYPE=dos\n'],
    ['a type without usage', 'DEVNAME=/dev/x\nTYPE=ext4\n'],
    ['a usage without type', 'DEVNAME=/dev/x\nUSAGE=filesystem\n'],
    ['a physical volume without UUID', 'DEVNAME=/dev/x\nTYPE=LVM2_member\nUSAGE=raid\n'],
    ['a key given twice', 'DEVNAME=/dev/x\nTYPE=ext4\nTYPE=xfs\nUSAGE=filesystem\n'],
    ['no device', 'TYPE=ext4\nUSAGE=filesystem\n'],
    ['a stray line', 'DEVNAME=/dev/x\nwhat is this\n'],
    ['nothing', ''],
  ])('cannot be told from %s', (_, text) => {
    expect(codeOf(() => parseProbe(text))).toBe('output-unexpected');
  });

  it('is blank for a partition that bears nothing, and keeps its names', () => {
    expect(parseProbe('DEVNAME=/dev/x\nPART_ENTRY_UUID=abc\nPART_ENTRY_NAME=my\\ data\n')).toEqual({
      content: { kind: 'blank' },
      partitionUuid: 'abc',
      partitionLabel: 'my data',
    });
  });

  it.each([
    ['crypto_LUKS', 'crypto'],
    ['linux_raid_member', 'raid'],
    ['DM_snapshot_cow', 'other'],
    ['swsuspend', 'other'],
  ])('is something else for %s', (type, usage) => {
    expect(parseProbe(`DEVNAME=/dev/x\nTYPE=${type}\nUSAGE=${usage}\n`).content).toEqual({
      kind: 'other',
      type,
    });
  });

  it('keeps a blank at the end of a label', () => {
    const text = 'DEVNAME=/dev/x\nLABEL=a\\ \nTYPE=ext4\nUSAGE=filesystem\n';
    expect(parseProbe(text).content).toMatchObject({ label: 'a ' });
  });

  it('has every label back that blkid can print without ambiguity', () => {
    // What blkid does to a label: cat -v for bytes above 127, a backslash before what shells read.
    const print = (label: string) =>
      [...new TextEncoder().encode(label)]
        .map((byte) => {
          const low = byte & 0x7f;
          const meta = byte > 127 ? 'M-' : '';
          if (low < 32 || low === 127) return `${meta}^${String.fromCharCode(low ^ 0x40)}`;
          const character = String.fromCharCode(low);
          // After M- too (measured: the byte DC is printed as `M-` and two backslashes).
          const escaped = ` \\"'$\`<>`.includes(character);
          return `${meta}${escaped ? '\\' : ''}${character}`;
        })
        .join('');
    // The byte DE is printed as `M-^`, and what follows is then read as a control character.
    const isAmbiguous = (text: string) =>
      /M-|[\p{Cc}]/u.test(text) || new TextEncoder().encode(text).includes(0xde);
    const label = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 16 })
      .filter((text) => !isAmbiguous(text) && text === text.normalize());
    fc.assert(
      fc.property(label, (text) => {
        const printed = `DEVNAME=/dev/x\nLABEL=${print(text)}\nTYPE=ext4\nUSAGE=filesystem\n`;
        expect(parseProbe(printed).content).toMatchObject({ label: text });
      }),
    );
  });

  it('is read or refused, whatever blkid prints', () => {
    fc.assert(
      fc.property(garbage('blkid'), (text) => {
        expectStrict(parseProbe, text);
        expectStrict(parseSize, text);
      }),
    );
  });

  it('is never made up from random text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(codeOf(() => parseProbe(text))).toBe('output-unexpected');
        fc.pre(!/^\d+\n?$/.test(text));
        expect(codeOf(() => parseSize(text))).toBe('output-unexpected');
      }),
    );
  });
});

describe('the blkid command lines', () => {
  it('probe the device itself', () => {
    expect(probeArgv('/dev/x')).toEqual(['blkid', '-p', '-o', 'export', '/dev/x']);
    expect(sizeArgv('/dev/x')).toEqual(['blockdev', '--getsize64', '/dev/x']);
  });

  it.each(['', '-L', 'sda'])('never take %j for a device', (device) => {
    expect(codeOf(() => probeArgv(device))).toBe('internal');
    expect(codeOf(() => sizeArgv(device))).toBe('internal');
  });
});
