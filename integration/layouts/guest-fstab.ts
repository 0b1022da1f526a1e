import type { BuiltFileSystem, BuiltLayout } from './build-layout.js';
import type { RandomLayout } from './random-layout.js';

/** Mount points in an order that sorting by text alone gets wrong. */
const places = [
  '/boot',
  '/var',
  '/var/log',
  '/var-x',
  '/home',
  '/srv/a/b',
  '/srv',
  '/opt/with blank',
];

/** What nobody mounts from the guest's own disks; each is left out with a reason. */
const noise = [
  '# a comment',
  '',
  'proc /proc proc defaults 0 0',
  'tmpfs /tmp tmpfs size=1G 0 0',
  'nas:/export /mnt/nas nfs hard 0 0',
  '/var/lib /mnt/lib none bind 0 0',
  'UUID=00000000-0000-0000-0000-00000000dead /gone ext4 nofail 0 2',
];

export interface GuestFstab {
  /** By UUID: where the guest mounts it. */
  readonly placed: ReadonlyMap<string, string>;
}

/**
 * Chooses a root among the file systems, writes its fstab into it, and says what it means. Without
 * a file system that can be a root there is none.
 */
export function writeFstab({ fstab }: RandomLayout, built: BuiltLayout): GuestFstab {
  const next = numbers(fstab.seed);
  const roots = built.fileSystems.filter(({ type }) => type !== 'vfat');
  const root = roots[next() % Math.max(1, roots.length)];
  if (root === undefined || fstab.kind === 'absent') return { placed: new Map() };
  const placed = new Map([[root.uuid, '/']]);
  const free = [...places];
  for (const { uuid } of built.fileSystems) {
    if (uuid === root.uuid || next() % 4 === 0) continue;
    const [place] = free.splice(next() % Math.max(1, free.length), 1);
    if (place !== undefined) placed.set(uuid, place);
  }
  const lines = built.fileSystems.flatMap((fileSystem) => {
    const place = placed.get(fileSystem.uuid);
    return place === undefined ? [] : [line(fileSystem, place, next())];
  });
  const mixed = [...lines, ...noise]
    .map((text) => ({ text, rank: next() }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ text }) => text);
  root.content.files['/etc/fstab'] = `${mixed.join('\n')}\n`;
  return { placed };
}

function line({ names, type }: BuiltFileSystem, place: string, choice: number): string {
  const name = names[choice % names.length] ?? '';
  const escape = (text: string): string => text.replaceAll(' ', '\\040');
  return `${escape(name)}\t${escape(place)}  ${type} defaults 0 2`;
}

/** Small whole numbers that follow from a seed (a linear congruence; its high bits). */
function numbers(seed: number): () => number {
  let state = (seed ^ 0x5deece66) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
