import type { Argv } from '../../ports/index.js';

/**
 * Questions: commands that change nothing, whatever they are told, by the words they begin with.
 * Those of one kind hang together if they hang at all, so none keeps another's answer back that
 * would have come without it: what the kernel and the root disk answer, what reads guests' devices,
 * LVM, libvirt.
 */
const beginnings: Readonly<Record<string, readonly string[]>> = {
  kernel: [
    'cat /proc/',
    'find -H /',
    'head -c ',
    'dmsetup info -c ',
    'dmsetup status ',
    'lvmconfig ',
    'udevadm info ',
  ],
  devices: ['blkid -p ', 'blockdev --getsize64 ', 'parted -s ', 'stat -c '],
  lvm: ['lvs ', 'vgs ', 'pvs '],
  libvirt: ['virsh -c * list ', 'virsh -c * domstate ', 'virsh -c * dumpxml '],
};

/** Which questions a command may share a session with; `undefined` when it has one of its own. */
export function questionKind(argv: Argv): string | undefined {
  const [tool, ...rest] = argv;
  // The URI that libvirt is reached by.
  const words = tool === 'virsh' && rest[0] === '-c' ? [tool, '-c', '*', ...rest.slice(2)] : argv;
  const line = `${words.join(' ')} `;
  return Object.entries(beginnings).find(([, known]) =>
    known.some((beginning) => line.startsWith(beginning)),
  )?.[0];
}
