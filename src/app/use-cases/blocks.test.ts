import { describe, expect, it } from 'vitest';
import {
  articleLayout,
  fileSystem,
  type Layout,
  type LayoutDevice,
  partitioned,
  withDisk,
} from '../../core/testing/layout.contract.js';
import type { CopyOutcome } from '../../ports/index.js';
import { endedCopy, quietStatistics } from '../testing/memory-mounts.contract.js';
import { guestOf } from '../testing/memory-world.contract.js';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

const sizeBytes = 100 * 2 ** 20;
const raw: LayoutDevice = { sizeBytes, body: { kind: 'leaf', content: { kind: 'blank' } } };
const done: CopyOutcome = { kind: 'done', statistics: quietStatistics };

/** The article's guest with one more disk, on which lies what goes by blocks. */
function withDevice(device: LayoutDevice): ThreeHosts {
  const hosts = new ThreeHosts();
  const layout: Layout = withDisk(articleLayout(), 'xvdb', partitioned('gpt', [device]));
  for (const host of hosts.world.hosts.values()) {
    host.addGuest('dc1', layout, host.name === 'a' ? 'running' : 'shut off');
  }
  return hosts;
}

const onlyB = { targets: ['b'] };

describe('a device that goes by blocks', () => {
  it('is brought over with the limits of its guest, under the lock of its target, each pass with a tag of its own', async () => {
    const hosts = withDevice(fileSystem('ntfs', 'n'));
    hosts.guests[0] = guestOf('dc1', ['a', 'b', 'c'], {
      bandwidthLimitKiBPerSecond: 500,
      stallTimeoutMs: 700_000,
    });
    const report = await hosts.report(onlyB);
    const { transfers } = hosts.world.host('a');
    const limits = { bandwidthLimitKiBPerSecond: 500, stallTimeoutMs: 700_000, ioClass: 'idle' };
    const guarded = { targetLock: 'guest-dc1', tag: expect.stringMatching(/^run0000001-\d+$/) };
    expect(transfers).toMatchObject([
      { ...limits, ...guarded, pass: 'dry' },
      { ...limits, ...guarded, pass: 'real' },
    ]);
    const copies = hosts.world.host('a').mounts.copies;
    const tags = [...transfers, ...copies].map(({ tag }) => tag);
    expect(new Set(tags).size).toBe(tags.length);
    // Two file systems, and what was sent for the device.
    expect(report.targets[0]?.bytes).toBe(
      2 * quietStatistics.transferredBytes + quietStatistics.sentBytes,
    );
  });

  it('may be silent for as long as both sides read it to its end', async () => {
    const hosts = withDevice(raw);
    hosts.guests[0] = guestOf('dc1', ['a', 'b', 'c'], { stallTimeoutMs: 60_000 });
    await hosts.run(onlyB);
    // Six times the limit, and ten seconds for 100 MiB.
    expect(hosts.world.clock.slept).toContain(370_000);
  });

  it('is sealed all over, also where nothing was recognised on it', async () => {
    const hosts = withDevice(raw);
    await hosts.run(onlyB);
    const seal = hosts.record('b')?.seal;
    const contents = seal?.kind === 'whole' ? seal.contents : [];
    const sealed = contents.find(({ position }) => position === 'xvdb/1');
    expect(sealed?.regions.length).toBeGreaterThan(6);
  });

  it('hands the target over to prove that no receiver lives', async () => {
    const hosts = withDevice(raw);
    hosts.world.host('a').onTransfer = async ({ tag }, { stopReceivers }) => {
      await stopReceivers?.(tag ?? '');
      return endedCopy('connection-lost', 255);
    };
    await hosts.run(onlyB);
    expect(hosts.world.trace(/stop-receivers/)).toEqual([
      expect.stringMatching(/^b: stop-receivers run0000001-\d+$/),
    ]);
  });

  it('fails the target where it cannot be brought over whole, and leaves it marked torn', async () => {
    const hosts = withDevice(raw);
    hosts.world.host('a').onTransfer = ({ pass }) =>
      pass === 'real' ? endedCopy('partial') : done;
    expect(await hosts.report(onlyB)).toMatchObject({
      code: 'copy-failed',
      reason: expect.stringContaining('xvdb/1 from a to b'),
    });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
  });

  it('is refused with what to install where rsync is too old, before anything is written', async () => {
    const hosts = withDevice(raw);
    hosts.world.host('a').onTransfer = () => endedCopy('usage', 1);
    const { targets } = await hosts.report(onlyB);
    expect(targets[0]?.remedy).toContain('needs rsync 3.2.4 or newer');
    expect(hosts.world.trace(/copy real/)).toEqual([]);
    expect(hosts.record('b')).toBeUndefined();
  });
});

describe('a device that another one takes the place of', () => {
  it.each([
    ['the source', 'a'],
    ['the target', 'b'],
  ])('on %s after the dry pass is not touched', async (_, name) => {
    const hosts = withDevice(raw);
    hosts.world.host('a').onTransfer = ({ source, target }) => {
      const { maps } = hosts.world.host(name).devices;
      const mine = (name === 'a' ? source : target).path.slice('/dev/mapper/'.length);
      const map = maps.get(mine);
      if (map !== undefined) maps.set(mine, { ...map, deviceNumber: { major: 253, minor: 999 } });
      return done;
    };
    expect(await hosts.report(onlyB)).toMatchObject({
      code: 'guard-refused',
      reason: expect.stringMatching(/on [ab] is no longer the device that showed xvdb\/1$/),
    });
    expect(hosts.world.trace(/(copy|transfer) real/)).toEqual([]);
  });
});

describe('failure case 1: a snapshot that overflows under a transfer by blocks', () => {
  const breakSnapshots = (hosts: ThreeHosts): void => {
    const { health } = hosts.world.host('a').devices;
    for (const name of health.keys()) health.set(name, { kind: 'invalid', status: 'Invalid' });
  };

  it.each<[string, 'dry' | 'real', CopyOutcome, 'syncing' | undefined]>([
    ['after the dry pass: nothing is written', 'dry', done, undefined],
    ['while rsync was content: torn', 'real', done, 'syncing'],
    ['is named as the cause of what rsync says', 'real', endedCopy('partial'), 'syncing'],
  ])('%s', async (_, when, outcome, state) => {
    const hosts = withDevice(raw);
    hosts.world.host('a').onTransfer = ({ pass }) => {
      if (pass !== when) return done;
      breakSnapshots(hosts);
      return outcome;
    };
    expect(await hosts.report(onlyB)).toMatchObject({ code: 'snapshot-invalid' });
    expect(hosts.record('b')?.state).toBe(state);
  });
});

describe('the header of swap', () => {
  /** The source's swap is another one than the standby's. */
  function withOtherSwap(signature = 'SWAPSPACE2'): ThreeHosts {
    const hosts = new ThreeHosts();
    const header = Buffer.from(`another${signature.padStart(4089, '\0')}`);
    const { maps, starts } = hosts.world.host('a').devices;
    hosts.world.watchers.push(({ host, what }, moment) => {
      if (host !== 'a' || what !== 'read-regions' || moment !== 'before') return;
      for (const name of maps.keys()) starts.set(`/dev/mapper/${name}`, header);
    });
    return hosts;
  }

  it('is written once where it differs, under the lock of its target, with a tag', async () => {
    const hosts = withOtherSwap();
    expect(await hosts.report(onlyB)).toMatchObject({ outcome: 'done' });
    expect(hosts.world.trace(/write-start/)).toEqual([
      expect.stringMatching(/^b: write-start \S+ guest-dc1 run0000001-\d+$/),
    ]);
  });

  it('is only looked at by a dry run', async () => {
    const hosts = withOtherSwap();
    expect(await hosts.report({ ...onlyB, mode: 'dry-run' })).toMatchObject({ outcome: 'done' });
    expect(hosts.world.trace(/write-start/)).toEqual([]);
  });

  it('that is not there fails the target before anything is written', async () => {
    const hosts = withOtherSwap('NO-SWAP');
    expect(await hosts.report(onlyB)).toMatchObject({
      code: 'copy-failed',
      reason: expect.stringContaining('no header of swap was found'),
    });
    expect(hosts.world.trace(/copy real|write-start/)).toEqual([]);
  });

  it('that is not there after it was written makes the target torn', async () => {
    const hosts = withOtherSwap();
    hosts.world.watchers.push(({ host, what }, moment) => {
      if (what.startsWith('write-start') && moment === 'after') {
        hosts.world.host(host).devices.starts.clear();
      }
    });
    expect(await hosts.report(onlyB)).toMatchObject({
      code: 'copy-failed',
      reason: expect.stringContaining('the header of swap was not written'),
    });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
  });
});
