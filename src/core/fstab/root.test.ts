import { describe, expect, it } from 'vitest';
import { GuestMachine } from '../testing/guest-machine.contract.js';
import {
  articleLayout,
  fileSystem,
  type Layout,
  mebibyte,
  partitioned,
} from '../testing/layout.contract.js';
import { isOwnRoot, rootCandidates } from './root.js';

const article = new GuestMachine(articleLayout()).tree();

function disk(...devices: Parameters<typeof partitioned>[1]): Layout {
  return { disks: new Map([['xvda', partitioned('gpt', devices)]]), groups: [] };
}

const candidates = (layout: Layout, commandLine?: string): string[] =>
  rootCandidates(new GuestMachine(layout).tree(), commandLine).map(({ position }) => position);

describe('rootCandidates', () => {
  it('tries volumes before partitions', () => {
    expect(candidates(articleLayout())).toEqual(['VolGroup00/LogVol00', 'xvda/1']);
  });

  it('tries large before small, then the order of devices, and never vfat', () => {
    const large = { ...fileSystem('ext4', 'c'), sizeBytes: 500 * mebibyte };
    const efi = { ...fileSystem('vfat', 'a'), sizeBytes: 900 * mebibyte };
    expect(candidates(disk(efi, fileSystem('ext4', 'b'), large, fileSystem('xfs', 'd')))).toEqual([
      'xvda/3',
      'xvda/2',
      'xvda/4',
    ]);
  });

  it.each([
    ['root=/dev/xvda1 ro', 'xvda/1'],
    ['ro root=UUID=aaaa-boot quiet', 'xvda/1'],
    ['root=LABEL=/boot', 'xvda/1'],
    ['root=/dev/mapper/VolGroup00-LogVol00 ro', 'VolGroup00/LogVol00'],
    ['root=/dev/VolGroup00/LogVol00 root=/dev/sda1', 'xvda/1'],
    ['noroot=/dev/xvda1', 'VolGroup00/LogVol00'],
    ['root=/dev/nfs', 'VolGroup00/LogVol00'],
    ['', 'VolGroup00/LogVol00'],
  ])('begins with what the kernel command line %j names', (commandLine, first) => {
    expect(candidates(articleLayout(), commandLine)[0]).toBe(first);
  });
});

describe('isOwnRoot', () => {
  const found = (position: string, text: string) => ({ position, text });

  it('believes a file system whose fstab calls it /', () => {
    const fstab = 'LABEL=root / ext3 defaults 1 1\nLABEL=/boot /boot ext3 defaults 1 2\n';
    expect(isOwnRoot(article, found('VolGroup00/LogVol00', fstab))).toBe(true);
  });

  it('does not believe a copy of a root that is kept on another file system', () => {
    const fstab = 'LABEL=root / ext3 defaults 1 1\n';
    expect(isOwnRoot(article, found('xvda/1', fstab))).toBe(false);
  });

  it('does not believe an fstab of another system, nor one without a root', () => {
    expect(isOwnRoot(article, found('xvda/1', 'UUID=foreign / ext4\n'))).toBe(false);
    expect(isOwnRoot(article, found('xvda/1', '# empty\n'))).toBe(false);
  });

  it('knows neither of two clones by the UUID that both have, but the right one by its device', () => {
    const twins = disk(fileSystem('ext4', 'same'), fileSystem('ext4', 'same'));
    const tree = new GuestMachine(twins).tree();
    expect(isOwnRoot(tree, found('xvda/1', 'UUID=same / ext4'))).toBe(false);
    expect(isOwnRoot(tree, found('xvda/2', 'UUID=same / ext4'))).toBe(false);
    expect(isOwnRoot(tree, found('xvda/2', '/dev/xvda2 / ext4'))).toBe(true);
    expect(isOwnRoot(tree, found('xvda/1', '/dev/xvda2 / ext4'))).toBe(false);
  });
});
