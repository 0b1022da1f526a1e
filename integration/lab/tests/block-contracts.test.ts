import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { createContentProbe } from '../../../src/adapters/blkid/index.js';
import { createDeviceMapper } from '../../../src/adapters/dmsetup/index.js';
import { createHostFiles } from '../../../src/adapters/host-files/index.js';
import { createPartitionMapper } from '../../../src/adapters/kpartx/index.js';
import { createVolumeManager } from '../../../src/adapters/lvm/index.js';
import { createBackingStores } from '../../../src/adapters/losetup/index.js';
import { createMounter } from '../../../src/adapters/mount/index.js';
import { createPartitionTableReader } from '../../../src/adapters/parted/index.js';
import { createQcow2Server } from '../../../src/adapters/qemu-nbd/index.js';
import { createRegionReader } from '../../../src/adapters/regions/index.js';
import { createDeviceEvents } from '../../../src/adapters/udev/index.js';
import type { Clock, CommandRunner } from '../../../src/ports/index.js';
import {
  type BackingHost,
  describeBackingStoresContract,
  describeQcow2Contract,
} from '../../contracts/backing-stores.contract.js';
import { commandBlockHost } from '../../contracts/command-block-host.js';
import { describeContentProbeContract } from '../../contracts/content-probe.contract.js';
import { describeDeviceEventsContract } from '../../contracts/device-events.contract.js';
import { describeDeviceMapperContract } from '../../contracts/device-mapper.contract.js';
import { describeGuestVolumesContract } from '../../contracts/guest-volumes.contract.js';
import { describeMounterContract } from '../../contracts/mounter.contract.js';
import { describePartitionMapperContract } from '../../contracts/partition-mapper.contract.js';
import { describePartitionTableReaderContract } from '../../contracts/partition-table-reader.contract.js';
import { describeRegionReaderContract } from '../../contracts/region-reader.contract.js';
import { describeVolumeManagerContract } from '../../contracts/volume-manager.contract.js';
import { lab } from '../lab.js';
import { holdLock } from '../lock.js';

// The block contracts on a real Dom0: dom0b, where no guest runs.
const hostName = 'dom0b';
const environment = [
  'env',
  'LC_ALL=C',
  'LVM_SUPPRESS_FD_WARNINGS=1',
  'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
];

const clock: Clock = {
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    wait(durationMs, undefined, signal === undefined ? {} : { signal }),
};

const runner: CommandRunner = {
  async run({ argv, stdin, timeoutMs }) {
    const startedMs = performance.now();
    const [tool = '', ...words] = [...environment, ...argv];
    const result = await lab.host(hostName).exec([tool, ...words], {
      timeoutMs: timeoutMs ?? 120_000,
      ...(stdin === undefined ? {} : { stdin }),
    });
    return { argv, ...result, durationMs: performance.now() - startedMs };
  },
  start: () => Promise.reject(new Error('the block adapters start nothing long-lived')),
};

let release = () => {};

beforeAll(async () => {
  release = await holdLock('block contracts');
  await lab.reset();
});

afterAll(async () => {
  await lab.down();
  release();
});

function makeHost() {
  const options = { runner, clock, hostName };
  const files = createHostFiles(options);
  const ports = {
    volumes: createVolumeManager(options),
    deviceMapper: createDeviceMapper(options),
    partitionMaps: createPartitionMapper(options),
    partitionTables: createPartitionTableReader(options),
    contents: createContentProbe(options),
    regions: createRegionReader(options),
    mounts: createMounter(options),
    deviceEvents: createDeviceEvents({ ...options, files }),
  };
  return commandBlockHost({ ports, runner, clock, volumeGroup: 'VolGroupXX' });
}

/** Image files in a directory of their own, and the means to use them. */
async function makeBackingHost(): Promise<BackingHost> {
  const options = { runner, clock, hostName };
  const files = createHostFiles(options);
  const must = async (tool: string, ...words: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runner.run({ argv: [tool, ...words] });
    if (exitCode !== 0) throw new Error(`${tool} ${words.join(' ')}: ${stderr}`);
    return stdout;
  };
  const directory = '/srv/contract-images';
  await must('mkdir', '-p', directory);
  await must('modprobe', 'nbd', 'max_part=0');
  return {
    stores: createBackingStores({
      ...{ ...options, files, mounts: createMounter(options) },
      qcow2: createQcow2Server({ ...options, files }),
    }),
    directory,
    makeImage: async (path, sizeBytes) => {
      await must('truncate', '-s', String(sizeBytes), path);
    },
    makeQcow2: async (path, sizeBytes) => {
      await must('qemu-img', 'create', '-q', '-f', 'qcow2', path, String(sizeBytes));
    },
    sectorBytes: async (device) => Number(await must('blockdev', '--getss', device)),
    write: async (path) => {
      const to = [`of=${path}`, 'bs=4096', 'count=1', 'conv=notrunc,fsync', 'status=none'];
      await must('dd', 'if=/dev/urandom', ...to);
    },
    hold: async (device) => {
      const script = 'exec 3<"$1"; sleep 600 >/dev/null 2>&1 </dev/null & echo $!';
      const pid = (await must('sh', '-c', script, 'hold', device)).trim();
      return async () => {
        await must('kill', '-KILL', pid);
      };
    },
    exists: async (path) => (await runner.run({ argv: ['test', '-e', path] })).exitCode === 0,
    close: async () => {
      await must('rm', '-r', directory);
      await runner.run({ argv: ['rmdir', '/run/xen-backup/contract00'] });
    },
  };
}

const name = 'a real Dom0';
describeDeviceMapperContract(name, makeHost);
describePartitionMapperContract(name, makeHost);
describePartitionTableReaderContract(name, makeHost);
describeContentProbeContract(name, makeHost);
describeRegionReaderContract(name, makeHost);
describeMounterContract(name, makeHost);
describeGuestVolumesContract(name, makeHost);
describeDeviceEventsContract(name, makeHost);
describeVolumeManagerContract(name, makeHost);
describeBackingStoresContract(name, makeBackingHost);
describeQcow2Contract(name, makeBackingHost);
