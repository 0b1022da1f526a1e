import type { FlavourName } from '../flavours/flavour.js';

/** One file of tests on the pair: the unit that is sampled, timed and repeated. */
export interface Part {
  readonly name: string;
  /** Relative to `integration/lab`. */
  readonly file: string;
  /** What it shows, for the report. */
  readonly shows: string;
  /**
   * `core`: every time. `sample`: one of them each time, chosen by the commit. `full`: only with
   * `--all` or by its name: what needs a pair of its own, and what is new and has not passed often
   * enough to decide about a commit.
   */
  readonly when: 'core' | 'sample' | 'full';
  /** The pair it needs. Default: xen. */
  readonly flavour?: FlavourName;
}

/** Everything that is proven on real hosts. */
export const parts: readonly Part[] = [
  {
    name: 'replicate',
    file: 'tests/replicate.test.ts',
    shows: 'run with YAML: identical trees, nothing left, the standby boots',
    when: 'core',
  },
  {
    name: 'article-configuration',
    file: 'tests/article-configuration.test.ts',
    shows: "run with the 2009 script's configuration",
    when: 'sample',
  },
  {
    name: 'outer-machine',
    file: 'tests/outer-machine.test.ts',
    shows: 'run from a third machine that controls both by SSH',
    when: 'sample',
  },
  {
    name: 'read-only',
    file: 'tests/read-only.test.ts',
    shows: 'plan, check and dry run change no byte of the standby',
    when: 'full',
  },
  {
    name: 'capture',
    file: 'tests/capture.test.ts',
    shows: 'plan on a capture of the pair equals plan on the pair',
    when: 'full',
  },
  {
    name: 'two-guests',
    file: 'tests/two-guests.test.ts',
    shows: 'two guests in one run, three disks; a third is skipped',
    when: 'sample',
  },
  {
    name: 'layouts',
    file: 'tests/layouts.test.ts',
    shows: 'GPT, ESP, XFS, logical partitions, a group over two disks, btrfs; clones with --jobs 2',
    when: 'full',
  },
  {
    name: 'blocks',
    file: 'tests/blocks.test.ts',
    shows: 'LUKS and raw partitions by blocks, swap by its header; used or drifted: refused',
    when: 'full',
  },
  {
    name: 'standby',
    file: 'tests/standby.test.ts',
    shows: 'a standby that is mounted, runs or was used is refused; discarding works',
    when: 'full',
  },
  {
    name: 'block-contracts',
    file: 'tests/block-contracts.test.ts',
    shows: 'contract suites of volumes, maps, partitions, contents, mounts, udev',
    when: 'full',
  },
  {
    name: 'host-contracts',
    file: 'tests/host-contracts.test.ts',
    shows: 'contract suites of runner, files, locks, hypervisor, copier',
    when: 'sample',
  },
  {
    name: 'same-steps',
    file: 'tests/same-steps.test.ts',
    shows: 'simulated and real hosts take the same steps to the same outcome',
    when: 'sample',
  },
  {
    name: 'kill',
    file: 'tests/kill.test.ts',
    shows: 'kill -9 around each kind of step, then recover: nothing left; SIGTERM in a copy',
    when: 'full',
  },
  {
    name: 'overflow',
    file: 'tests/overflow.test.ts',
    shows:
      'a snapshot that fills during a copy: exit 10, the remedy, nothing deleted, nothing left',
    when: 'full',
  },
  {
    name: 'targets',
    file: 'tests/targets.test.ts',
    shows: 'an unknown host key, a full target, one target down beside a good one',
    when: 'full',
  },
  {
    name: 'pause',
    file: 'tests/pause.test.ts',
    shows: 'two disks of one instant; a guest whose run was killed goes on by itself',
    when: 'full',
  },
  {
    name: 'storage',
    file: 'tests/storage.test.ts',
    shows:
      'a running guest on a thin pool; guests at rest in a raw file, a qcow2 image and on a partition',
    when: 'full',
  },
  {
    name: 'gate',
    file: 'tests/gate.test.ts',
    shows: 'a run through the gate of its target; with the same key anything else is refused',
    when: 'full',
  },
  {
    name: 'hook',
    file: 'tests/hook.test.ts',
    shows: 'libvirt starts no standby that a run is writing, and starts it afterwards',
    when: 'full',
  },
  {
    name: 'judges',
    file: 'tests/judge.test.ts',
    shows: 'the comparison and the residue check see what they must see',
    when: 'full',
  },
  {
    name: 'kvm',
    file: 'tests/kvm.test.ts',
    shows: "replicate under libvirt's QEMU driver, on hosts without Xen",
    when: 'full',
    flavour: 'kvm',
  },
];
