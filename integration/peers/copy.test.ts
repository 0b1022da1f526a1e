import { readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { CopyStatistics } from '../../src/ports/index.js';
import { describeFileCopier } from '../contracts/file-copier.contract.js';
import { CopyWorld, sideOf } from './copy-world.js';
import { canMount, type FileSystemType } from './file-systems.js';
import { itIfThere, itWith } from './parts.js';
import { execHere, here } from './peer/exec-here.js';
import { openPeer } from './peer/open-peer.js';
import { makeSampleTree } from './sample-tree.js';
import { walkTree } from './tree-walker.js';

const peer = await openPeer();
const world = new CopyWorld(peer);

async function bothMount(type: FileSystemType): Promise<boolean> {
  return (
    (await canMount(execHere, world.directory, type)) &&
    (await canMount(peer.exec, peer.scratch, type))
  );
}
const mountable = {
  ext4: await bothMount('ext4'),
  xfs: await bothMount('xfs'),
  vfat: await bothMount('vfat'),
};

afterEach(() => world.unmountAll());
afterAll(async () => {
  try {
    await world.close();
  } finally {
    await peer.close();
  }
});

if (mountable.ext4) {
  describeFileCopier({
    name: 'rsync over ssh',
    open: async () => ({
      copier: world.copier,
      peer: world.replication(),
      deadPeer: world.replication({ address: '127.0.0.1', port: 1 }),
      unknownPeer: world.unknownPeer(),
      // A container shares the machine's kernel.
      peerBootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      stopReceivers: (tag) => world.target.stopReceivers(tag),
      newPair: async () => {
        const { source, target, targetFromHere } = await world.mountPair('ext4');
        // ext4 brings a directory of its own.
        await execHere(['rmdir', `${source.mountPoint}/lost+found`]);
        await peer.exec(['rmdir', `${target.mountPoint}/lost+found`]);
        return {
          source: sideOf(source, source.mountPoint),
          target: sideOf(target, targetFromHere),
          close: () => world.unmountAll(),
        };
      },
      close: async () => undefined,
    }),
  });
}

describe('a copy of all that a guest may have', () => {
  for (const type of ['ext4', 'xfs', 'vfat'] as const) {
    const part = `loop-mounted ${type}`;
    // Kernels made for virtual machines may have no vfat at all.
    const run = type === 'vfat' ? itIfThere(part, mountable.vfat) : itWith(part, mountable[type]);
    run?.(`is identical on ${type}, judged by our own walker`, async () => {
      const size = type === 'xfs' ? 320 : 128;
      const { source, target, targetFromHere } = await world.mountPair(type, size);
      await makeSampleTree(source.mountPoint, type);
      const faithfulness = type === 'vfat' ? 'vfat' : 'posix';
      const request = world.request(source, target, { faithfulness });
      expect(await world.copy(request)).toMatchObject({ kind: 'done' });
      const [left, right] = [walkTree(source.mountPoint), walkTree(targetFromHere)];
      expect(Object.keys(left.entries).length).toBeGreaterThan(type === 'vfat' ? 5 : 25);
      expect(right.entries).toEqual(left.entries);
      for (const [name, blocks] of Object.entries(left.blocks)) {
        // Never more than the source, but for what a file system rounds up.
        expect(right.blocks[name], name).toBeLessThanOrEqual(blocks + 256);
      }
      const again = await world.copy(request);
      expect(again).toMatchObject({
        kind: 'done',
        statistics: { transferredFiles: 0, deletedEntries: 0 } satisfies Partial<CopyStatistics>,
      });
    });
  }

  itWith('loop-mounted ext4', mountable.ext4)(
    'brings content, names and times over with the options for vfat',
    async () => {
      const { source, target, targetFromHere } = await world.mountPair('ext4');
      await makeSampleTree(source.mountPoint, 'vfat');
      const request = world.request(source, target, { faithfulness: 'vfat' });
      expect(await world.copy(request)).toMatchObject({ kind: 'done' });
      expect(walkTree(targetFromHere).entries).toEqual(walkTree(source.mountPoint).entries);
    },
  );

  itWith('loop-mounted ext4', mountable.ext4)('repairs what differs in anything', async () => {
    const { source, target, targetFromHere } = await world.mountPair('ext4');
    await makeSampleTree(source.mountPoint, 'ext4');
    await world.copy(world.request(source, target));
    const script = String.raw`
      cd "$1" && rm link && mkdir link && echo x > link/inside && chmod 600 plain/deep &&
      setfattr -x user.note plain/file && setfacl -b plain/file && rm -r empty && echo > empty &&
      echo longer >> plain/deep/er/same && touch -d '2001-02-03 04:05:06.123456788Z' plain/file &&
      chown 1:1 fifo && mkdir extra && rm 'a b/third' && echo own > 'a b/third'`;
    here(['sh', '-c', script, 'spoil', targetFromHere]);
    expect(await world.copy(world.request(source, target))).toMatchObject({ kind: 'done' });
    expect(walkTree(targetFromHere).entries).toEqual(walkTree(source.mountPoint).entries);
  });

  it('is not judged equal by a walker that sees nothing', () => {
    // The judge itself: one nanosecond, one attribute, one link less must show.
    const a = here(['mktemp', '-d']).trim();
    const b = here(['mktemp', '-d']).trim();
    const make = (directory: string, script: string) =>
      here(['sh', '-c', `cd "$1" && ${script}`, 'make', directory]);
    const base = 'echo x > f && echo x > g && touch -d @1000.000000001 f g .';
    for (const change of [
      'touch -d @1000.000000002 f && touch -d @1000.000000001 .',
      'ln -f f g && touch -d @1000.000000001 .',
      'chmod 600 f',
      'printf "y\\n" > f && touch -d @1000.000000001 f',
    ]) {
      make(a, base);
      make(b, base);
      expect(walkTree(b).entries).toEqual(walkTree(a).entries);
      make(b, change);
      expect(walkTree(b).entries).not.toEqual(walkTree(a).entries);
      make(b, 'rm -f f g');
    }
  });
});
