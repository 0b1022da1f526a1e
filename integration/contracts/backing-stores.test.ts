import { addImage, attachLoop, imageAt } from '../../fakes/block/images.js';
import { detachLoop } from '../../fakes/block/loops.js';
import { keyOf, requireDeviceAt } from '../../fakes/block/devices.js';
import { openDevice } from '../../fakes/block/openings.js';
import { sectorSizes } from '../../fakes/block/sector-sizes.js';
import { noteWrite } from '../../fakes/block/writes.js';
import { exists, removeDirectory } from '../../fakes/filesystem/files.js';
import { simulatedBackingStores } from '../../fakes/ports/backing-stores.js';
import { addProcess, removeProcess } from '../../fakes/runner/processes.js';
import type { Machine } from '../../fakes/world/state.js';
import { createHostFiles } from '../../src/adapters/host-files/index.js';
import { createBackingStores } from '../../src/adapters/losetup/index.js';
import { createMounter } from '../../src/adapters/mount/index.js';
import { createQcow2Server } from '../../src/adapters/qemu-nbd/index.js';
import type { BackingStores } from '../../src/ports/index.js';
import {
  type BackingHost,
  describeBackingStoresContract,
  describeQcow2Contract,
} from './backing-stores.contract.js';
import { contractMachine, runnerOf } from './simulated-block-host.js';

function simulatedHost(makeStores: (machine: Machine) => BackingStores): BackingHost {
  const machine = contractMachine();
  return {
    stores: makeStores(machine),
    directory: '/srv',
    makeImage: async (path, sizeBytes) => void addImage(machine, path, sizeBytes),
    makeQcow2: async (path, sizeBytes) => void addImage(machine, path, sizeBytes, { qcow2: {} }),
    sectorBytes: async (path) =>
      sectorSizes(machine, requireDeviceAt(machine, path)).logicalSectorBytes,
    write: async (path) => {
      const isFile = imageAt(machine, path) !== undefined;
      const loop = isFile ? attachLoop(machine, { path, access: 'read-write' }) : undefined;
      const device = loop ?? requireDeviceAt(machine, path);
      noteWrite(machine, keyOf(device.number), { start: 0, sectors: 8 });
      if (loop !== undefined) detachLoop(machine, loop);
    },
    hold: async (path) => {
      const process = addProcess(machine, { argv: ['sleep', 'infinity'] });
      const by = { kind: 'process', processId: process.processId } as const;
      const device = keyOf(requireDeviceAt(machine, path).number);
      const close = openDevice(machine, { device, by });
      return async () => {
        close();
        removeProcess(machine, process);
      };
    },
    exists: async (path) => exists(machine, path),
    close: async () => {
      removeDirectory(machine, '/run/xen-backup/contract00');
    },
  };
}

const adapter = async (): Promise<BackingHost> =>
  simulatedHost((machine) => {
    const options = {
      runner: runnerOf(machine),
      clock: machine.world.clock,
      hostName: machine.name,
    };
    const files = createHostFiles(options);
    return createBackingStores({
      ...{ ...options, files, mounts: createMounter(options) },
      qcow2: createQcow2Server({ ...options, files }),
    });
  });
const fake = async (): Promise<BackingHost> => simulatedHost(simulatedBackingStores);

for (const describeContract of [describeBackingStoresContract, describeQcow2Contract]) {
  describeContract('the real adapter on a simulated machine', adapter);
  describeContract('the port-level fake', fake);
}
