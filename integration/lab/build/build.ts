import { flavour } from '../flavours/chosen.js';
import { domainXml, guests } from '../guests.js';
import { checkMachine, checkSpace, installMissing } from './prerequisites.js';
import { buildGuestDisks } from './guest-disks.js';
import { buildGuestInitrd } from './guest-initrd.js';
import { buildHostImages } from './host-image.js';
import { buildKeys } from './keys.js';
import { type BuildStep, buildOnce, stampOf } from './once.js';
import { buildRootTree } from './root-tree.js';
import { buildVolumes } from './volumes.js';

type Chain = readonly Omit<BuildStep, 'after'>[];

/** Each step is made of its own sources and of everything before it. */
const chain: Chain = [
  {
    name: 'root-tree',
    sources: ['build/root-tree.ts', 'build/apt-sources.ts'],
    given: flavour.packages,
    work: buildRootTree,
  },
  { name: 'keys', sources: ['build/keys.ts', 'hosts.ts'], work: buildKeys },
  {
    name: 'guest-initrd',
    sources: ['build/guest-initrd.ts'],
    given: [flavour.diskPrefix, ...flavour.guestModules],
    work: buildGuestInitrd,
  },
  {
    name: 'guest-disks',
    sources: ['build/guest-disks.ts', 'build/guest-trees.ts', 'build/article-root.ts', 'guests.ts'],
    given: [flavour.diskPrefix, flavour.guestConsole, ...flavour.guests],
    work: buildGuestDisks,
  },
  { name: 'volumes', sources: ['build/volumes.ts', 'build/lvm.ts'], work: buildVolumes },
  {
    name: 'host-images',
    sources: ['build/host-image.ts'],
    given: [...guests.map(domainXml), JSON.stringify(flavour.hostFiles), ...flavour.idleUnits],
    work: buildHostImages,
  },
];

const lastBuildStep = 'host-images';

/** Makes everything that a boot needs; what is there and unchanged is kept. */
export async function build(): Promise<string> {
  await checkMachine();
  await checkSpace();
  await installMissing();
  let before: string[] = [];
  for (const step of chain) before = [await buildOnce({ ...step, after: before })];
  return (await stampOf(lastBuildStep)) ?? '';
}
