import type { FaultKind } from '../fault-kinds.js';
import * as scenarios from './scenarios.js';

/** One way in which the algorithm of 2009 loses, and the case that shows it. */
export interface SeedLoss {
  /** What it does wrong. */
  readonly loss: string;
  readonly scenario: string;
  /** Absent: it loses while nothing happens at all. */
  readonly fault?: { readonly kind: FaultKind; readonly at: RegExp };
  /** What the judge says. */
  readonly finding: RegExp;
}

const { articleGuest, threeHosts } = scenarios;

/** Every loss that is known of it, in the order in which its faults are described. */
export const seedLosses: readonly SeedLoss[] = [
  {
    loss: 'only the first remote host is visited',
    scenario: threeHosts,
    finding: /^dc1 on dom0c is not done: .* [1-9]\d* paths differ/,
  },
  {
    loss: 'a group that is not found means all groups of the source',
    scenario: scenarios.othersGroup,
    fault: { kind: 'fail', at: /^kpartx -a/ },
    finding: /^after the run: taken from dom0a: maps: Other-Data/,
  },
  {
    loss: 'a group that is not found means all groups of the standby’s host',
    scenario: scenarios.othersGroup,
    fault: { kind: 'fail', at: /^kpartx -a/ },
    finding: /^after the run: taken from dom0b: maps: Other-Data/,
  },
  {
    loss: 'the second guest is copied over the first one’s standby',
    scenario: threeHosts,
    finding: /^lost: dc1 on dom0b: etc\/fstab/,
  },
  {
    loss: 'the number of the process is cut out of a volume’s name: another guest’s disk is written',
    scenario: scenarios.numberInName,
    finding: /^the source was written: web2 on dom0b: /,
  },
  {
    loss: 'two disks with a group each: the second one’s group has two names, and is not opened',
    scenario: scenarios.twoDisks,
    finding: /^dc1 on dom0b is not done: .* different data\/file0001/,
  },
  {
    loss: 'a paused guest is copied',
    scenario: scenarios.withState('dom0a', 'paused'),
    finding: /^dc1 on dom0b changed /,
  },
  {
    loss: 'a host with two addresses does not know itself: nothing is done, and all is well',
    scenario: scenarios.severalAddresses,
    finding: /^dc1 on dom0b is not done: /,
  },
  {
    loss: 'a disk that is no volume is left out without a word',
    scenario: scenarios.fileDisk,
    finding: /^exit code 0, expected 10$/,
  },
  {
    loss: 'a crashed guest is copied',
    scenario: scenarios.withState('dom0a', 'crashed'),
    finding: /^dc1 on dom0b changed .* although it is off everywhere/,
  },
  {
    loss: 'a mount of the source that fails empties the standby',
    scenario: articleGuest,
    fault: { kind: 'fail', at: /^mount -t ext3 -o ro .*LogVol00/ },
    finding: /^after the run: lost: dc1 on dom0b: etc\/fstab/,
  },
  {
    loss: 'a snapshot that fails: nothing is copied, and the exit code is 0',
    scenario: articleGuest,
    fault: { kind: 'fail', at: /^lvcreate/ },
    finding: /^after a run with exit code 0: dc1 on dom0b is not done: /,
  },
  {
    loss: 'a mount of the target that fails: the host’s own disk is written',
    scenario: articleGuest,
    fault: { kind: 'fail', at: /^ssh .* mount -t ext3 .*LogVol00/ },
    finding:
      /^after the run: the own disk of dom0b was written: mnt\/TARGET\/4242\/dc1\/etc\/fstab/,
  },
  {
    loss: 'an SSH that fails: the host’s own disk is written',
    scenario: articleGuest,
    fault: { kind: 'fail', at: /^ssh .* kpartx -a/ },
    finding:
      /^after the run: the own disk of dom0b was written: mnt\/TARGET\/4242\/dc1\/etc\/fstab/,
  },
  {
    loss: 'the mount point is a flag of parted’s: what is not /boot lies on top of the root',
    scenario: scenarios.ownHome,
    finding: /^dc1 on dom0b is not done: .* (extra|different) srv/,
  },
  {
    loss: 'the map’s name is not what it was in 2009: /boot is never copied',
    scenario: threeHosts,
    finding: /^dc1 on dom0b is not done: .*0@1048576 missing (initrd|vmlinuz)/,
  },
  {
    loss: 'swap is called linux-swap(v1): the shell stops there, and no later mount is made',
    scenario: scenarios.ownHomeAndSwap,
    finding: /^dc1 on dom0b is not done: .* different anna\/file0001/,
  },
  {
    loss: 'a snapshot that overflows lists empty: the standby is emptied',
    scenario: scenarios.bareOverflow,
    finding: /^lost: dc1 on dom0b: srv\/a\/file0002/,
  },
  {
    loss: 'hard links and attributes are lost',
    scenario: scenarios.newLinks,
    finding: /^dc1 on dom0b is not done: .*different (usr\/bin\/|srv\/noted)/,
  },
  {
    loss: 'a kill leaves snapshots, maps, groups and mounts',
    scenario: articleGuest,
    fault: { kind: 'kill-after', at: /^rsync -avz/ },
    finding: /^after recover: left on dom0b: mounts: /,
  },
  {
    loss: 'a kill leaves a file that blocks every later run',
    scenario: articleGuest,
    fault: { kind: 'kill-before', at: /^virsh dumpxml/ },
    finding: /^after the next run: dc1 on dom0b is not done: /,
  },
  {
    loss: 'a standby that runs is written',
    scenario: scenarios.withState('dom0b', 'running'),
    finding: /^dom0b: .* was written while dc1 has it in use/,
  },
];
