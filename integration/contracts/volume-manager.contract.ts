import { describe, expect, it } from 'vitest';
import type { LogicalVolume } from '../../src/core/model/index.js';
import type { SnapshotRequest } from '../../src/ports/index.js';
import {
  contractRun,
  freshName,
  type MakeBlockHost,
  mebibyte,
  wrappedVolume,
} from './block-host.js';
import { useHost } from './use-host.js';

const size = 32 * mebibyte;
const tags = ['xen-backup', `xen-backup-${contractRun}`];

/** What every {@link VolumeManager} promises of a host's own volumes. */
export function describeVolumeManagerContract(name: string, makeHost: MakeBlockHost): void {
  describe(`volume manager contract: ${name}`, () => {
    const host = useHost(makeHost);
    const volumes = () => host().ports.volumes;

    function request(origin: string, sizeBytes = 8 * mebibyte): SnapshotRequest {
      const { volumeGroup } = host();
      const storage = { kind: 'thick', sizeBytes } as const;
      return { volumeGroup, origin, name: freshName(), storage, tags };
    }

    async function listed(volume: string): Promise<LogicalVolume | undefined> {
      const { logicalVolumes } = await volumes().inventory();
      return logicalVolumes.find(
        (candidate) => candidate.name === volume && candidate.volumeGroup === host().volumeGroup,
      );
    }

    it('lists groups and volumes with their sizes and paths', async () => {
      const path = await host().createVolume('vm-list.disk-1', size);
      const { volumeGroups } = await volumes().inventory();
      const group = volumeGroups.find((candidate) => candidate.name === host().volumeGroup);
      expect(group?.freeBytes).toBeLessThan(group?.sizeBytes ?? 0);
      expect((group?.freeBytes ?? 1) % (group?.extentSizeBytes ?? 0)).toBe(0);
      expect(await listed('vm-list.disk-1')).toMatchObject({
        path: `/dev/${host().volumeGroup}/vm-list.disk-1`,
        deviceMapperPath: path,
        sizeBytes: size,
        segmentType: 'linear',
        active: true,
        open: false,
        snapshotInvalid: false,
        tags: [],
      });
    });

    it('says when a volume is open', async () => {
      const path = await host().createVolume('vm-open', size);
      const release = await host().holdDevice(path);
      expect(await listed('vm-open')).toMatchObject({ open: true });
      await release();
    });

    it('finds a volume by either of its paths, and nothing else by any other', async () => {
      const path = await host().createVolume('vm-find-1', size);
      const group = host().volumeGroup;
      for (const spelling of [path, `/dev/${group}/vm-find-1`]) {
        expect(await volumes().findVolume(spelling)).toMatchObject({ name: 'vm-find-1' });
      }
      for (const other of [`/dev/${group}/none`, `/dev/${group}`, '/dev/none/none', '/dev/none']) {
        expect(await volumes().findVolume(other)).toBeUndefined();
      }
    });

    it('creates a snapshot that is proven by origin and tags, and is healthy', async () => {
      await host().createVolume('vm-snap', size);
      const wanted = request('vm-snap');
      const snapshot = await volumes().createSnapshot(wanted);
      expect(snapshot).toMatchObject({
        name: wanted.name,
        origin: 'vm-snap',
        active: true,
        snapshotInvalid: false,
        sizeBytes: 8 * mebibyte,
      });
      expect([...snapshot.tags].sort()).toEqual([...tags].sort());
      expect(await volumes().findVolume(snapshot.deviceMapperPath)).toEqual(snapshot);
      const health = await volumes().snapshotHealth(host().volumeGroup, wanted.name);
      expect(health).toMatchObject({ kind: 'healthy' });
      if (health.kind === 'healthy') expect(health.usedShare).toBeLessThan(0.1);
      await volumes().removeSnapshot(wanted);
      expect(await listed(wanted.name)).toBeUndefined();
      await volumes().removeSnapshot(wanted);
    });

    it('answers with the size there is when less makes sense than was asked for', async () => {
      await host().createVolume('vm-reduced', size);
      const wanted = request('vm-reduced', 2 ** 36);
      const { sizeBytes } = await volumes().createSnapshot(wanted);
      expect(sizeBytes).toBeGreaterThanOrEqual(size);
      expect(sizeBytes).toBeLessThan(2 * size);
      await volumes().removeSnapshot(wanted);
    });

    it('refuses a name that is taken', async () => {
      await host().createVolume('vm-twice', size);
      const wanted = request('vm-twice');
      await volumes().createSnapshot(wanted);
      const again = volumes().createSnapshot(wanted);
      await expect(again).rejects.toMatchObject({ code: 'volume-exists' });
      await volumes().removeSnapshot(wanted);
    });

    it('refuses an origin or a group that is not there', async () => {
      const missing = volumes().createSnapshot(request('vm-no-such-origin'));
      await expect(missing).rejects.toMatchObject({ code: 'volume-not-found' });
      const elsewhere = volumes().createSnapshot({ ...request('x'), volumeGroup: 'no-such-group' });
      await expect(elsewhere).rejects.toMatchObject({ code: 'volume-not-found' });
    });

    it('refuses a snapshot for which the group has no room, and leaves nothing', async () => {
      const { volumeGroups } = await volumes().inventory();
      const group = volumeGroups.find((candidate) => candidate.name === host().volumeGroup);
      const extent = group?.extentSizeBytes ?? 0;
      const large = Math.floor(((group?.freeBytes ?? 0) * 0.6) / extent) * extent;
      await host().createVolume('vm-full', large);
      const wanted = request('vm-full', large);
      const full = volumes().createSnapshot(wanted);
      await expect(full).rejects.toMatchObject({ code: 'volume-group-full' });
      expect(await listed(wanted.name)).toBeUndefined();
    });

    it('never removes what it cannot prove to be ours', async () => {
      await host().createVolume('vm-proof', size);
      await host().createVolume('vm-other', size);
      const wanted = request('vm-proof');
      await volumes().createSnapshot(wanted);
      const doubtful = [
        { ...wanted, origin: 'vm-other' },
        { ...wanted, tags: [...tags, 'xen-backup-another-run'] },
        { ...wanted, tags: [] },
        { ...wanted, name: 'vm-other' },
      ];
      for (const proof of doubtful) {
        const removal = volumes().removeSnapshot(proof);
        await expect(removal).rejects.toMatchObject({ code: 'ownership-unproven' });
      }
      expect(await listed(wanted.name)).toBeDefined();
      expect(await listed('vm-other')).toBeDefined();
      await volumes().removeSnapshot(wanted);
    });

    it('does not remove a snapshot in use', async () => {
      await host().createVolume('vm-busy', size);
      const wanted = request('vm-busy');
      const { deviceMapperPath } = await volumes().createSnapshot(wanted);
      const release = await host().holdDevice(deviceMapperPath);
      const busy = volumes().removeSnapshot(wanted);
      await expect(busy).rejects.toMatchObject({ code: 'volume-busy' });
      expect(await listed(wanted.name)).toBeDefined();
      await release();
      await volumes().removeSnapshot(wanted);
    });

    it('knows a snapshot that overflowed, and removes it', async () => {
      const origin = await host().createVolume('vm-overflow', size);
      const wanted = request('vm-overflow', 4 * mebibyte);
      await volumes().createSnapshot(wanted);
      await host().write(origin, 12 * mebibyte);
      const health = await volumes().snapshotHealth(host().volumeGroup, wanted.name);
      expect(health).toMatchObject({ kind: 'invalid' });
      expect(await listed(wanted.name)).toMatchObject({ snapshotInvalid: true });
      await volumes().removeSnapshot(wanted);
    });

    it('sees a snapshot fill', async () => {
      const origin = await host().createVolume('vm-fill', size);
      const wanted = request('vm-fill', 8 * mebibyte);
      await volumes().createSnapshot(wanted);
      await host().write(origin, 4 * mebibyte);
      const health = await volumes().snapshotHealth(host().volumeGroup, wanted.name);
      expect(health.kind === 'healthy' ? health.usedShare : 0).toBeGreaterThan(0.4);
      await volumes().removeSnapshot(wanted);
    });

    it('tells in one look how full several snapshots are, in the order asked for', async () => {
      const { volumeGroup } = host();
      const wanted: SnapshotRequest[] = [];
      for (const [name, sizeBytes] of [
        ['vm-look-1', 4 * mebibyte],
        ['vm-look-2', 8 * mebibyte],
        ['vm-look-3', 8 * mebibyte],
      ] as const) {
        await host().createVolume(name, size);
        const snapshot = request(name, sizeBytes);
        wanted.push(snapshot);
        await volumes().createSnapshot(snapshot);
      }
      await host().write(`/dev/${volumeGroup}/vm-look-1`, 12 * mebibyte);
      await host().write(`/dev/${volumeGroup}/vm-look-2`, 4 * mebibyte);
      const [broken, filled, fresh] = await volumes().snapshotFills(wanted);
      expect(broken).toMatchObject({ kind: 'invalid' });
      expect(filled).toMatchObject({ kind: 'thick', sizeBytes: 8 * mebibyte });
      expect(fresh).toMatchObject({ kind: 'thick', sizeBytes: 8 * mebibyte });
      const used = [filled, fresh].map((fill) => (fill?.kind === 'thick' ? fill.usedBytes : 0));
      expect(used[0]).toBeGreaterThan(4 * mebibyte);
      expect(used[1]).toBeLessThan(mebibyte);
      expect(await volumes().snapshotFills(wanted.slice(1, 2))).toEqual([filled]);
      expect(await volumes().snapshotFills([])).toEqual([]);
      for (const snapshot of wanted) await volumes().removeSnapshot(snapshot);
      const gone = volumes().snapshotFills(wanted.slice(0, 1));
      await expect(gone).rejects.toMatchObject({ code: 'volume-not-found' });
    });

    it('makes a snapshot larger while it is read, so that it overflows later', async () => {
      const origin = await host().createVolume('vm-grow', size);
      const wanted = request('vm-grow', 4 * mebibyte);
      const { deviceMapperPath } = await volumes().createSnapshot(wanted);
      const release = await host().holdDevice(deviceMapperPath);
      const grown = await volumes().extendSnapshot(wanted, 16 * mebibyte);
      expect(grown).toMatchObject({
        name: wanted.name,
        sizeBytes: 16 * mebibyte,
        origin: 'vm-grow',
      });
      // Asked for again, or for less, it stays as it is.
      for (const again of [16, 8]) {
        expect(await volumes().extendSnapshot(wanted, again * mebibyte)).toMatchObject({
          sizeBytes: 16 * mebibyte,
        });
      }
      await host().write(origin, 12 * mebibyte);
      expect(await volumes().snapshotFills([wanted])).toMatchObject([
        { kind: 'thick', sizeBytes: 16 * mebibyte },
      ]);
      await release();
      await volumes().removeSnapshot(wanted);
    });

    it('grows no further than all of its origin takes', async () => {
      await host().createVolume('vm-grow-all', size);
      const wanted = request('vm-grow-all', 4 * mebibyte);
      await volumes().createSnapshot(wanted);
      const grown = await volumes().extendSnapshot(wanted, 2 ** 50);
      expect(grown.sizeBytes).toBeGreaterThan(size);
      expect(grown.sizeBytes).toBeLessThan(2 * size);
      await volumes().removeSnapshot(wanted);
    });

    it('has no health of a snapshot that is not there', async () => {
      const health = volumes().snapshotHealth(host().volumeGroup, 'no-such-snapshot');
      await expect(health).rejects.toMatchObject({ code: 'volume-not-found' });
    });

    it('makes a thin snapshot of a thin volume, active and without a size', async (context) => {
      if (host().createThinVolume === undefined) return context.skip('no thin pool here');
      await host().createThinVolume?.('vm-thin', size);
      const wanted: SnapshotRequest = { ...request('vm-thin'), storage: { kind: 'thin' } };
      const snapshot = await volumes().createSnapshot(wanted);
      expect(snapshot).toMatchObject({
        origin: 'vm-thin',
        segmentType: 'thin',
        active: true,
        sizeBytes: size,
      });
      const health = await volumes().snapshotHealth(host().volumeGroup, wanted.name);
      expect(health).toEqual({ kind: 'unlimited' });
      const { pool = '' } = snapshot;
      const [fill] = await volumes().snapshotFills([{ ...wanted, pool }]);
      if (fill?.kind !== 'thin') throw new Error('not the fill of a pool');
      for (const { usedBlocks, totalBlocks } of [fill.data, fill.metadata]) {
        expect(usedBlocks).toBeLessThan(totalBlocks);
      }
      const { kind: _kind, ...levels } = fill;
      const [alone] = await volumes().thinPoolFills([
        { volumeGroup: host().volumeGroup, name: pool },
      ]);
      expect(alone).toEqual({ ...levels, kind: 'open' });
      await volumes().removeSnapshot(wanted);
      expect(await listed(wanted.name)).toBeUndefined();
    });

    it('says when a pool is not there', async () => {
      const { volumeGroup } = host();
      const fills = volumes().thinPoolFills([{ volumeGroup, name: 'no-such-pool' }]);
      await expect(fills).rejects.toMatchObject({ code: 'volume-not-found' });
      expect(await volumes().thinPoolFills([])).toEqual([]);
    });

    it('keeps the guests’ volumes out of the host’s inventory', async () => {
      // Before: LVM's commands without our filter refuse a name that two groups have.
      await host().createVolume('vm-beside-guest', size);
      const { path, map } = await wrappedVolume(host(), 'vm-guest', 64 * mebibyte);
      // The worst case: the guest's group bears the name of the host's.
      const group = { name: host().volumeGroup, devices: [path] };
      const inside = { name: 'guest-root', sizeBytes: 8 * mebibyte };
      await host().createGuestGroup({ ...group, volumes: [inside] });
      const { volumeGroups } = await volumes().inventory();
      expect(volumeGroups.filter(({ name: other }) => other === group.name)).toHaveLength(1);
      expect(await listed('guest-root')).toBeUndefined();
      const wanted = request('vm-beside-guest');
      await volumes().createSnapshot(wanted);
      await volumes().removeSnapshot(wanted);
      await host().ports.deviceMapper.remove(map.name, map.uuid);
    });

    // The last one: nothing else has room beside the filler.
    it('grows nothing that is not ours, not there, or has no room to grow', async () => {
      await host().createVolume('vm-grow-not', size);
      const wanted = request('vm-grow-not', 4 * mebibyte);
      await volumes().createSnapshot(wanted);
      const { volumeGroups } = await volumes().inventory();
      const group = volumeGroups.find(({ name }) => name === host().volumeGroup);
      await host().createVolume('vm-filler', (group?.freeBytes ?? 0) - 8 * mebibyte);
      const foreign = { ...wanted, tags: [...tags, 'xen-backup-another-run'] };
      const cases = [
        [foreign, 8 * mebibyte, 'ownership-unproven'],
        [{ ...wanted, name: 'no-such-snapshot' }, 8 * mebibyte, 'volume-not-found'],
        [wanted, size / 2, 'volume-group-full'],
      ] as const;
      for (const [proof, sizeBytes, code] of cases) {
        const growth = volumes().extendSnapshot(proof, sizeBytes);
        await expect(growth, code).rejects.toMatchObject({ code });
      }
      expect(await listed(wanted.name)).toMatchObject({ sizeBytes: 4 * mebibyte });
      await volumes().removeSnapshot(wanted);
    });
  });
}
