import { bundleProbe } from './bundle-probe.js';
import type { GuestSpec } from './guests.js';
import { hostVolumeGroup } from './hosts.js';
import type { LabHost } from './host.js';
import type { FileSystemAnswer, TreesQuestion } from './probes/guest-trees.js';
import type { TreeEntry } from './probes/tree.js';

export interface CompareOptions {
  /** Absolute names in the guest, left out with all below them; `NAME/*` keeps NAME itself. */
  readonly exclude: readonly string[];
}

/** What differs between the source's file and the standby's, in words. */
export interface Difference {
  readonly mountPoint: string;
  /** As JSON text, so that every byte of an odd name can be seen. */
  readonly name: string;
  readonly what: string;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** How many files were compared: nothing compared is no proof. */
  readonly files: number;
}

/** Reads both trees with the lab's own means and compares content and metadata. */
export async function compareTrees(
  guest: GuestSpec,
  ends: { readonly source: LabHost; readonly standby: LabHost },
  options: CompareOptions,
): Promise<Comparison> {
  const live = await isActive(ends.source, guest);
  const [source, standby] = await Promise.all([
    readGuest(ends.source, guest, { ...options, live }),
    readGuest(ends.standby, guest, { ...options, live: false }),
  ]);
  const differences = source.flatMap((here, index) => {
    const there = standby[index];
    return there === undefined ? [] : compareFileSystem(here, there);
  });
  const files = source.reduce((sum, each) => sum + Object.keys(each.tree).length, 0);
  return { differences, files };
}

async function isActive(host: LabHost, guest: GuestSpec): Promise<boolean> {
  const state = await host.must(['virsh', 'domstate', guest.name]);
  return state.trim() !== 'shut off';
}

async function readGuest(
  host: LabHost,
  guest: GuestSpec,
  options: CompareOptions & { readonly live: boolean },
): Promise<FileSystemAnswer[]> {
  const question: TreesQuestion = {
    group: hostVolumeGroup,
    fileSystems: guest.fileSystems,
    live: options.live,
    exclude: options.exclude,
  };
  const probe = await bundleProbe('guest-trees');
  const output = await host.must(['node', '-', JSON.stringify(question)], {
    stdin: probe,
    timeoutMs: 600_000,
  });
  return JSON.parse(output) as FileSystemAnswer[];
}

/** All differences between two readings of one file system. */
export function compareFileSystem(
  source: FileSystemAnswer,
  standby: FileSystemAnswer,
): Difference[] {
  const { mountPoint } = source;
  const found: Difference[] = [];
  const add = (name: string, what: string): void => {
    found.push({ mountPoint, name: JSON.stringify(name), what });
  };
  if (standby.needsRecovery) add('/', 'the standby was not unmounted cleanly');
  for (const [name, here] of Object.entries(source.tree)) {
    const there = standby.tree[name];
    if (there === undefined) add(name, 'is missing on the standby');
    else for (const what of compareEntry(here, there)) add(name, what);
  }
  for (const name of Object.keys(standby.tree)) {
    if (source.tree[name] === undefined) add(name, 'is on the standby only');
  }
  return found;
}

const compared = [
  ...(['type', 'mode', 'uid', 'gid', 'mtimeNs', 'size', 'sha256', 'target'] as const),
  ...(['device', 'linkedTo'] as const),
];

function compareEntry(here: TreeEntry, there: TreeEntry): string[] {
  const differing = compared
    .filter((key) => here[key] !== there[key])
    .map((key) => `${key}: ${here[key] ?? 'none'} on the source, ${there[key] ?? 'none'} here`);
  const mine = JSON.stringify(here.xattrs ?? []);
  const theirs = JSON.stringify(there.xattrs ?? []);
  if (mine !== theirs) differing.push(`xattrs: ${mine} on the source, ${theirs} here`);
  if (there.allocatedBytes > here.allocatedBytes + slack(here)) {
    differing.push(`takes ${there.allocatedBytes} bytes, ${here.allocatedBytes} on the source`);
  }
  return differing;
}

/** Block maps and attribute blocks are laid out anew by a copy; a filled hole is far more. */
function slack(entry: TreeEntry): number {
  return 16_384 + Math.ceil(entry.allocatedBytes * 0.02);
}
