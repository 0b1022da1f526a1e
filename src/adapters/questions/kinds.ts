import type { Argv } from '../../ports/index.js';

/**
 * Questions: commands that change nothing, by all their words. `*` is one word, whatever it is;
 * `...` at the end is any further words, and stands only behind tools that can do no more than tell.
 * Those of one kind hang together if they hang at all, so none keeps another's answer back that
 * would have come without it: what the kernel and the root disk answer, what reads guests' devices,
 * LVM, libvirt.
 */
const shapes: Readonly<Record<string, readonly string[]>> = {
  kernel: [
    'cat /proc/self/mountinfo',
    'head -c * -- *',
    'find -H * -mindepth 1 -maxdepth 1 -printf *',
    'dmsetup info -c --noheadings --separator : -o *',
    'dmsetup status ...',
    'lvmconfig devices/global_filter',
    'udevadm info --query property *',
  ],
  devices: [
    'blkid -p -o export *',
    'blockdev --getsize64 *',
    'parted -s -j * unit B print',
    'parted -s -m * unit B print',
    'stat -c * -- *',
  ],
  lvm: ['lvs ...', 'vgs ...', 'pvs ...'],
  libvirt: [
    'virsh -c * list --all',
    'virsh -c * list --all --name',
    'virsh -c * domstate *',
    'virsh -c * domstate -- *',
    'virsh -c * dumpxml *',
    'virsh -c * dumpxml -- *',
  ],
};

const shapesOfKinds = Object.entries(shapes).map(
  ([kind, lines]) => [kind, lines.map((line) => line.split(' '))] as const,
);

/** Which questions a command may share a session with; `undefined` when it has one of its own. */
export function questionKind(argv: Argv): string | undefined {
  return shapesOfKinds.find(([, known]) => known.some((shape) => fits(argv, shape)))?.[0];
}

function fits(argv: Argv, shape: readonly string[]): boolean {
  const isOpen = shape.at(-1) === '...';
  const words = isOpen ? shape.slice(0, -1) : shape;
  if (isOpen ? argv.length < words.length : argv.length !== words.length) return false;
  return words.every((word, index) => word === '*' || word === argv[index]);
}
