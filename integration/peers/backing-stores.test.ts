import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHostFiles } from '../../src/adapters/host-files/index.js';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createBackingStores } from '../../src/adapters/losetup/index.js';
import { createMounter } from '../../src/adapters/mount/index.js';
import { createQcow2Server } from '../../src/adapters/qemu-nbd/index.js';
import { systemClock } from '../../src/composition/system-clock.js';
import { describeBackingStoresContract } from '../contracts/backing-stores.contract.js';

// The same promises, kept by this machine's losetup, mount and /sys.

const hostName = 'here';

describeBackingStoresContract('losetup of this machine', async () => {
  const options = {
    runner: createLocalRunner({ hostName }),
    hostName,
    clock: { ...systemClock, sleep: (ms: number) => systemClock.sleep(Math.min(ms, 20)) },
  };
  const directory = mkdtempSync(join(tmpdir(), 'xen-backup-images-'));
  const files = createHostFiles(options);
  return {
    stores: createBackingStores({
      ...{ ...options, files, mounts: createMounter(options) },
      qcow2: createQcow2Server({ ...options, files }),
    }),
    directory,
    makeImage: async (path, sizeBytes) => {
      execFileSync('truncate', ['-s', String(sizeBytes), path]);
    },
    makeQcow2: async (path, sizeBytes) => {
      execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', path, String(sizeBytes)]);
    },
    sectorBytes: async (device) =>
      Number(execFileSync('blockdev', ['--getss', device], { encoding: 'utf8' })),
    write: async (path) => {
      const to = [`of=${path}`, 'bs=4096', 'count=1', 'conv=notrunc,fsync', 'status=none'];
      execFileSync('dd', ['if=/dev/urandom', ...to]);
    },
    hold: async (device) => {
      const child = spawn('sh', ['-c', 'exec 3<"$1"; echo ready; read -r _', 'hold', device]);
      await new Promise((resolve) => child.stdout.once('data', resolve));
      return async () => {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      };
    },
    exists: async (path) => existsSync(path),
    close: async () => {
      rmSync(directory, { recursive: true });
      rmdirSync('/run/xen-backup/contract00');
    },
  };
});
