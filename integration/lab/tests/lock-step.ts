import { hostVolumeGroup } from '../hosts.js';
import { lab } from '../lab.js';

/** Both lie where the comparison of trees does not look, since the guest keeps writing there. */
const counters = { first: '/var/lib/lab/instant', second: '/srv/lab/instant' } as const;

/**
 * In place and flushed, the second disk only after the first: at any instant the disks hold the same
 * number, or the first holds one more.
 */
const lockStep = [
  'PATH=/run/bin',
  `put() { printf '%08d\\n' $1 | dd of=$2 conv=notrunc,fsync 2>/dev/null; }`,
  `count() { n=0; while put $n ${counters.first} && put $n ${counters.second}; do n=$((n+1)); done; }`,
  'count & sleep 1',
].join('; ');

/** dc2 begins to count on both of its disks, as fast as they take it, until it is stopped. */
export async function countInLockStep(): Promise<void> {
  await lab.inGuest('dc2', lockStep);
}

// The root lies in the second partition of the first disk; the other disk is one file system.
const readScript = `set -eu
start=$(partx -g -b -o START -n 2 "$1")
look() {
  mount -o "$2" "$1" /run/lab-instant
  cat "/run/lab-instant$3"
  umount /run/lab-instant
}
mkdir /run/lab-instant
look "$1" "ro,noload,loop,offset=$((start * 512))" "$3"
look "$2" ro,norecovery,nouuid "$4"
rmdir /run/lab-instant
`;

export interface Counters {
  readonly first: number;
  readonly second: number;
}

/** The numbers that the standby's two disks hold on dom0b. */
export async function standbyCounters(): Promise<Counters> {
  const disk = (name: string): string => `/dev/${hostVolumeGroup}/${name}`;
  const disks = [disk('LogVolDc2'), disk('LogVolDc2-srv')];
  // The names as they are inside their file systems.
  const names = [counters.first, counters.second.slice('/srv'.length)];
  const output = await lab.host('dom0b').must(['sh', '-c', readScript, 'read', ...disks, ...names]);
  const numbers = output.trim().split('\n').map(Number);
  const [first, second] = numbers;
  if (numbers.length !== 2 || !first || !second) {
    throw new Error(`no two numbers on the standby: ${JSON.stringify(output)}`);
  }
  return { first, second };
}
