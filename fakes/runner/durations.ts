/**
 * How long the tools take on a quiet host, in milliseconds of simulated time. Their ratios are
 * those measured on a real pair; a virsh connection costs ten times a dmsetup.
 */
const usual: Readonly<Record<string, number>> = {
  blkid: 15,
  blockdev: 8,
  dmsetup: 12,
  kpartx: 40,
  lsblk: 20,
  lvchange: 150,
  lvcreate: 250,
  lvextend: 250,
  lvremove: 250,
  lvs: 80,
  mount: 20,
  parted: 40,
  pvs: 80,
  pvscan: 100,
  'qemu-img': 20,
  'qemu-nbd': 60,
  rsync: 50,
  ssh: 150,
  umount: 15,
  vgchange: 150,
  vgs: 80,
  virsh: 60,
};

/** What virsh does inside the hypervisor comes on top. */
const virshActions: Readonly<Record<string, number>> = {
  domfsfreeze: 150,
  domfsthaw: 100,
  resume: 90,
  shutdown: 2000,
  start: 2000,
  suspend: 120,
};

const plainToolMs = 3;

/** Usual duration of a command. */
export function usualDurationMs(argv: readonly string[]): number {
  const tool = argv[0] ?? '';
  const base = usual[tool] ?? plainToolMs;
  if (tool !== 'virsh') return base;
  // Several commands may stand in one word, over one connection.
  const words = argv.flatMap((word) => word.split(/[ ;]+/));
  return words.reduce(
    (sum, word) => sum + (Object.hasOwn(virshActions, word) ? (virshActions[word] ?? 0) : 0),
    base,
  );
}
