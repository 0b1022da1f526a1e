import { contentOn, writeContent } from '../../fakes/block/contents.js';
import { keyOf } from '../../fakes/block/devices.js';
import { addDisk } from '../../fakes/block/disks.js';
import { simulatedBlockTransfer } from '../../fakes/ports/block-transfer.js';
import type { Machine } from '../../fakes/world/state.js';
import type { Simulation } from '../../fakes/simulation.js';
import { createBlockTransfer } from '../../src/adapters/rsync/index.js';
import type { BlockTransfer } from '../../src/ports/index.js';
import { type BlockSide, describeBlockTransfer } from './block-transfer.contract.js';
import { machineNamed, openHosts } from './simulated-hosts.js';

const sizeBytes = 64 * 2 ** 20;

/** A new blank disk. */
function newSide(machine: Machine, letter: string): BlockSide {
  const disk = addDisk(machine, { name: `vd${letter}`, sizeBytes });
  const key = keyOf(disk.number);
  return {
    proven: { path: `/dev/${disk.kernelName}`, deviceNumber: disk.number, sizeBytes },
    fill: async (digest) => {
      const { sectors } = disk;
      writeContent(machine, key, {
        kind: 'other',
        type: 'crypto_LUKS',
        usage: 'crypto',
        sectors,
        digest,
      });
    },
    look: async () => JSON.stringify(contentOn(machine, key)?.content),
  };
}

const kinds: readonly (readonly [
  name: string,
  blocks: (simulation: Simulation, machine: Machine) => BlockTransfer,
])[] = [
  [
    'the real adapter on simulated machines',
    (simulation, machine) =>
      createBlockTransfer({ runner: simulation.runner(machine), hostName: machine.name }),
  ],
  ['the port-level fake', (_, machine) => simulatedBlockTransfer(machine)],
];

for (const [name, blocksOf] of kinds) {
  describeBlockTransfer({
    name,
    open: async () => {
      const simulation = await openHosts();
      const source = machineNamed(simulation, 'dom0a');
      const target = machineNamed(simulation, 'dom0b');
      let pairs = 0;
      return {
        blocks: blocksOf(simulation, source),
        target: blocksOf(simulation, target),
        peer: { address: '192.0.2.2', elevation: 'none' },
        deadPeer: { address: '192.0.2.99', elevation: 'none' },
        unknownPeer: { address: '192.0.2.3', elevation: 'none' },
        newPair: async () => {
          pairs += 1;
          const letter = String.fromCharCode('b'.charCodeAt(0) + pairs);
          return {
            source: newSide(source, letter),
            target: newSide(target, letter),
            close: async () => undefined,
          };
        },
        close: async () => undefined,
      };
    },
  });
}
