import {
  allFileSystems,
  choiceFor,
  type DeviceNode,
  type DeviceTree,
  type FileSystemNode,
  type NodePosition,
  type TransferChoices,
} from '../model/index.js';
import { isSupportedFileSystem } from '../mounting/index.js';
import { deviceResolver } from './device-names.js';
import { type FstabEntry, parseFstab } from './parse.js';

/** A file system of the guest in the order of the guest's own tree. */
export interface PlannedMount {
  readonly position: NodePosition;
  /** Where the guest mounts it; absent when its fstab does not. */
  readonly guestPath?: string;
  /** Further places (btrfs subvolumes, bind-like duplicates), in path order. */
  readonly otherGuestPaths: readonly string[];
  /** What of it the guest mounts where, if that is not all of it: btrfs with subvolumes. */
  readonly subvolumes?: readonly PlannedSubvolume[];
}

/** A subvolume with a place in the guest. */
export interface PlannedSubvolume {
  /** From the top of its file system: `/@home`. */
  readonly path: string;
  /** Where the guest mounts it. */
  readonly guestPath: string;
}

/** A line of fstab that gives no mount, with the reason. */
export interface LeftOutLine {
  readonly line: number;
  readonly device: string;
  readonly mountPoint: string;
  readonly reason: LeftOutReason;
}

/** Why a line of fstab gives no mount. */
export type LeftOutReason =
  | 'swap'
  | 'network'
  | 'pseudo'
  | 'bind'
  | 'not-mounted-at-boot'
  | 'device-not-in-guest'
  | 'not-a-file-system'
  | 'path-not-plain'
  | 'mount-point-taken'
  | 'malformed';

/** The order in which file systems are mounted and copied; teardown is its exact reverse. */
export interface MountPlan {
  /** Parents before children; those the guest does not mount come last, in device order. */
  readonly order: readonly PlannedMount[];
  /** File systems that are never mounted here: brought over by blocks, or not at all. */
  readonly notMounted: readonly PlannedMount[];
  readonly leftOut: readonly LeftOutLine[];
}

const networkTypes = new Set([
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  'smbfs',
  'ceph',
  'glusterfs',
  'ncpfs',
  '9p',
  'virtiofs',
  'fuse.sshfs',
  'fuse.glusterfs',
  'afs',
  'coda',
  'gfs2',
  'ocfs2',
]);
const pseudoTypes = new Set([
  'proc',
  'sysfs',
  'devpts',
  'tmpfs',
  'devtmpfs',
  'usbfs',
  'binfmt_misc',
  'debugfs',
  'securityfs',
  'cgroup',
  'cgroup2',
  'configfs',
  'efivarfs',
  'hugetlbfs',
  'mqueue',
  'ramfs',
  'selinuxfs',
  'rpc_pipefs',
  'nfsd',
  'overlay',
  'aufs',
  'fuse',
  'iso9660',
  'udf',
  'xenfs',
  'none',
  'ignore',
]);

/**
 * Reads a guest's fstab against its devices. Pure: a line is either resolved to a file system of
 * the guest, or left out with a reason; nothing vanishes.
 *
 * @param choices - what the configuration says of single devices.
 */
export function planMounts(
  tree: DeviceTree,
  fstabText: string | undefined,
  choices: TransferChoices = {},
): MountPlan {
  const { entries, malformed } = parseFstab(fstabText ?? '');
  const resolve = deviceResolver(tree);
  const leftOut: LeftOutLine[] = malformed.map(({ line, text }) => ({
    line,
    device: text,
    mountPoint: '',
    reason: 'malformed',
  }));
  const placed = new Map<string, Placed>();
  for (const entry of entries) {
    const verdict = judgeEntry(entry, resolve, placed);
    if (typeof verdict === 'string') {
      leftOut.push({
        line: entry.line,
        device: entry.device,
        mountPoint: entry.mountPoint,
        reason: verdict,
      });
    } else {
      placed.set(verdict.path, verdict);
    }
  }
  leftOut.sort((left, right) => left.line - right.line);
  const order = orderMounts(tree, placed);
  const isMounted = ({ position, guestPath, otherGuestPaths }: PlannedMount): boolean => {
    const paths = guestPath === undefined ? [] : [guestPath, ...otherGuestPaths];
    return mountable(tree, choices, paths).some((node) => node.position === position);
  };
  return {
    order: order.filter(isMounted),
    notMounted: order.filter((mount) => !isMounted(mount)),
    leftOut,
  };
}

/**
 * File systems that are brought over file by file, and so mounted on hosts.
 *
 * @param guestPaths - of one of them, for choices by mount point.
 */
export function mountable(
  tree: DeviceTree,
  choices: TransferChoices,
  guestPaths: readonly string[] = [],
): readonly FileSystemNode[] {
  if (choices.mode === 'blocks') return [];
  return allFileSystems(tree).filter(({ position, content }) => {
    const choice = choiceFor(choices, position, guestPaths) ?? 'files';
    return isSupportedFileSystem(content.type) && choice === 'files';
  });
}

function judgeEntry(
  entry: FstabEntry,
  resolve: (name: string) => DeviceNode | undefined,
  placed: ReadonlyMap<string, Placed>,
): LeftOutReason | (Placed & { readonly path: string }) {
  if (entry.type === 'swap' || entry.mountPoint === 'swap') return 'swap';
  if (entry.options.includes('bind') || entry.options.includes('rbind')) return 'bind';
  const node = resolve(entry.device);
  if (node === undefined) return reasonWithoutDevice(entry);
  if (node.content.kind !== 'file-system') return 'not-a-file-system';
  const path = plainPath(entry.mountPoint);
  if (path === undefined) return 'path-not-plain';
  if (placed.has(path)) return 'mount-point-taken';
  if (entry.options.includes('noauto')) return 'not-mounted-at-boot';
  const subvolume = node.content.type === 'btrfs' ? subvolumePath(entry.options) : undefined;
  return { path, node, ...(subvolume === undefined ? {} : { subvolume }) };
}

/** A file system of the guest with a place in its tree. */
interface Placed {
  readonly node: DeviceNode;
  readonly subvolume?: string;
}

/**
 * Which subvolume a line means, from the top of its file system; `undefined` for the default one,
 * for the top itself, and for one that is given by number only.
 */
function subvolumePath(options: readonly string[]): string | undefined {
  const value = options.findLast((option) => option.startsWith('subvol='));
  const path = plainPath(`/${value?.slice('subvol='.length) ?? ''}`);
  return path === '/' ? undefined : path;
}

function reasonWithoutDevice(entry: FstabEntry): LeftOutReason {
  if (networkTypes.has(entry.type) || entry.options.includes('_netdev')) return 'network';
  if (pseudoTypes.has(entry.type)) return 'pseudo';
  return 'device-not-in-guest';
}

/**
 * A guest's path in one spelling, `undefined` when it is none we take: relative, with `..`, or
 * with control characters. A guest decides the order with it, never a path on the host.
 */
export function plainPath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined;

  if (/[\u0000-\u001f\u007f]/.test(path)) return undefined;
  const components = path.split('/').filter((component) => component !== '' && component !== '.');
  if (components.includes('..')) return undefined;
  return `/${components.join('/')}`;
}

/** Parents before children: by components, so that `/var-x` does not come between `/var` and `/var/log`. */
export function comparePaths(left: string, right: string): number {
  const leftParts = left.split('/').filter((part) => part !== '');
  const rightParts = right.split('/').filter((part) => part !== '');
  for (let index = 0; index < Math.min(leftParts.length, rightParts.length); index += 1) {
    const [leftPart = '', rightPart = ''] = [leftParts[index], rightParts[index]];
    if (leftPart !== rightPart) return leftPart < rightPart ? -1 : 1;
  }
  return leftParts.length - rightParts.length;
}

function orderMounts(tree: DeviceTree, placed: ReadonlyMap<string, Placed>): PlannedMount[] {
  const paths = [...placed.keys()].sort(comparePaths);
  const pathsOf = new Map<NodePosition, string[]>();
  for (const path of paths) {
    const position = placed.get(path)?.node.position ?? '';
    pathsOf.set(position, [...(pathsOf.get(position) ?? []), path]);
  }
  const mounted = [...pathsOf].map(([position, guestPaths]) => {
    const [guestPath, ...otherGuestPaths] = guestPaths;
    const subvolumes = guestPaths.flatMap((place) => {
      const path = placed.get(place)?.subvolume;
      return path === undefined ? [] : [{ path, guestPath: place }];
    });
    return {
      position,
      otherGuestPaths,
      ...(guestPath === undefined ? {} : { guestPath }),
      ...(subvolumes.length === 0 ? {} : { subvolumes }),
    };
  });
  const unmounted = allFileSystems(tree)
    .filter((node) => !pathsOf.has(node.position))
    .map((node) => ({ position: node.position, otherGuestPaths: [] }));
  return [...mounted, ...unmounted];
}
