import { bundleProbe } from '../bundle-probe.js';
import { domainXml, guestDisk } from '../guests.js';
import { hostVolumeGroup, type HostName } from '../hosts.js';
import { lab } from '../lab.js';
import type { LayoutAnswer, LayoutQuestion } from '../probes/layout-disks.js';

type Letter = keyof LayoutQuestion['disks'];

interface LayoutGuest {
  readonly name: string;
  readonly uuid: string;
  /** Name of the host's volume and its size in MiB, by the letter of the guest's disk. */
  readonly disks: Readonly<Record<string, readonly [volume: string, sizeMiB: number]>>;
}

const uuid = (digit: string): string => `5d6a3e0c-0d5c-4c54-9d0e-0000000001a${digit}`;

/** One of each layout; two of its volumes have names that tools stumble over. */
const template: LayoutGuest = {
  name: 'layout-1',
  uuid: uuid('1'),
  disks: {
    a: ['LogVolDomU1', 384],
    b: ['web-01.disk2', 64],
    c: ['layout-1-c', 64],
    d: ['layout-1-d', 112],
    e: ['layout-1-e', 160],
    f: ['layout-1-f', 160],
  },
};

/** A clone of it, block by block: all UUIDs are the same. No kernel opens two equal btrfs at once. */
const clone: LayoutGuest = {
  name: 'layout-2',
  uuid: uuid('2'),
  disks: {
    a: ['layout-2-a', 384],
    b: ['layout-2-b', 64],
    c: ['layout-2-c', 64],
    d: ['layout-2-d', 112],
  },
};

export const layoutGuests = [template, clone] as const;

const path = (volume: string): string => `/dev/${hostVolumeGroup}/${volume}`;

/** Both guests on both hosts, running on dom0a if they can (in the shell of their initrd), the standbys older. */
export async function prepareLayoutGuests(): Promise<void> {
  const source = lab.host('dom0a');
  // Memory for two more guests, and time on two emulated processors.
  for (const guest of ['dc1', 'dc2']) await source.must(['virsh', 'destroy', guest]);
  await Promise.all((['dom0a', 'dom0b'] as const).map(makeVolumes));
  await askLayout('dom0a', template, 'make');
  for (const letter of Object.keys(template.disks)) await seed(letter);
  for (const guest of layoutGuests) await askLayout('dom0a', guest, 'change', `of ${guest.name}`);
  for (const name of ['dom0a', 'dom0b'] as const) {
    for (const guest of layoutGuests) await define(name, guest);
  }
  for (const { name } of layoutGuests) await startOrRest(name);
}

/**
 * Starts a guest on dom0a. An emulated host may need longer for six disks than libxl waits: then the
 * guest stays at rest, which changes nothing about its layout.
 */
async function startOrRest(name: string): Promise<void> {
  const source = lab.host('dom0a');
  const started = await source.exec(['virsh', 'start', name], { timeoutMs: 300_000 });
  if (started.exitCode === 0) return;
  const log = await source.must(['tail', '-n', '20', '/var/log/libvirt/libxl/libxl-driver.log']);
  console.log(`${name} stays at rest: ${started.stderr}${log}`);
}

async function makeVolumes(name: HostName): Promise<void> {
  for (const { disks } of layoutGuests) {
    for (const [volume, sizeMiB] of Object.values(disks)) {
      const size = ['--size', `${String(sizeMiB)}M`, '--name', volume];
      const create = ['lvcreate', '--yes', '--wipesignatures', 'y'] as const;
      await lab.host(name).must([...create, ...size, hostVolumeGroup]);
    }
  }
}

/** The template's disk onto its clone and, as a full copy, onto both standbys. */
async function seed(letter: string): Promise<void> {
  const own = template.disks[letter]?.[0] ?? '';
  const cloned = clone.disks[letter]?.[0];
  const timeoutMs = 900_000;
  const copy = 'dd if="$1" bs=1M status=none | ssh dom0b dd of="$1" bs=1M conv=fsync status=none';
  await lab.host('dom0a').must(['sh', '-c', copy, 'seed', path(own)], { timeoutMs });
  if (cloned === undefined) return;
  for (const name of ['dom0a', 'dom0b'] as const) {
    const files = [`if=${path(own)}`, `of=${path(cloned)}`];
    await lab.host(name).must(['dd', ...files, 'bs=1M', 'conv=fsync'], { timeoutMs });
  }
}

async function define(name: HostName, guest: LayoutGuest): Promise<void> {
  const disks = Object.entries(guest.disks).map(([letter, [volume, sizeMiB]]) => ({
    volume,
    target: guestDisk(letter),
    sizeMiB,
  }));
  const spec = { ...guest, disks, memoryMiB: 128, fileSystems: [], volatile: [] };
  // Its initrd finds no root there and stays in its shell: it runs, and writes nothing.
  const xml = domainXml({ ...spec, cmdline: 'root=/dev/none rootfstype=ext4' });
  const host = lab.host(name);
  await host.must(['tee', '/run/layout.xml'], { stdin: xml });
  await host.must(['virsh', 'define', '/run/layout.xml']);
  await host.must(['rm', '/run/layout.xml']);
}

/** Has a guest's disks worked on by plain tools, while the guest does not run there. */
export async function askLayout(
  name: HostName,
  guest: LayoutGuest,
  deed: LayoutQuestion['deed'],
  text = '',
): Promise<LayoutAnswer> {
  const at = (letter: Letter): string => path(guest.disks[letter]?.[0] ?? '');
  const fixed = { a: at('a'), b: at('b'), c: at('c'), d: at('d') };
  const hasBtrfs = guest.disks['e'] !== undefined;
  const disks = hasBtrfs ? { ...fixed, e: at('e'), f: at('f') } : fixed;
  const question: LayoutQuestion = { deed, disks, text };
  const probe = await bundleProbe('layout-disks');
  const output = await lab.host(name).must(['node', '-', JSON.stringify(question)], {
    stdin: probe,
    timeoutMs: 900_000,
  });
  return JSON.parse(output) as LayoutAnswer;
}
