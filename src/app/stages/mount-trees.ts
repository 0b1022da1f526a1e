import {
  allFileSystems,
  type DeviceTree,
  type FileSystemNode,
  type FoundFstab,
  fstabPaths,
  furtherDevices,
  type GuestName,
  isOwnRoot,
  isSupportedFileSystem,
  mountable,
  mountOptions,
  type MountPlan,
  type NodePosition,
  planMounts,
  rootCandidates,
  type RootIdentity,
  type Side,
  type Step,
  together,
  type TransferChoices,
  XenBackupError,
} from '../../core/index.js';
import { runPath } from '../context.js';
import type { HostSession } from '../hosts/host-session.js';
import type { StepStack } from '../steps/index.js';

/** A file system that is mounted, and how to recognise it. */
export interface OpenFileSystem {
  readonly node: FileSystemNode;
  readonly mountPoint: string;
  readonly identity: RootIdentity;
  /** Paths of all its devices: the kernel may name any of them as the source of the mount. */
  readonly devices: readonly string[];
}

export interface MountedTree {
  readonly base: string;
  /** In mount order. */
  readonly fileSystems: ReadonlyMap<NodePosition, OpenFileSystem>;
}

export interface MountRequestOfTree {
  readonly session: HostSession;
  readonly stack: StepStack;
  readonly guest: GuestName;
  readonly side: Side;
  readonly tree: DeviceTree;
  /** Devices that are opened in another way than the rest, by their paths. */
  readonly sides?: ReadonlyMap<string, Side>;
}

/** Enough for directories and nothing else: nobody can fill it by mistake. */
const mountPointsSizeBytes = 1024 * 1024;
const fstabMaximumBytes = 256 * 1024;

/**
 * Mounts the source's file systems in the order of the guest's own fstab. That file lies on the
 * root file system, which the order begins with: the likeliest root is mounted first and, if its
 * fstab calls it `/`, stays.
 */
export async function mountSource(
  request: MountRequestOfTree,
  kernelCommandLine: string | undefined,
  choices: TransferChoices,
): Promise<{
  readonly mounted: MountedTree;
  readonly plan: MountPlan;
  readonly fstab: FoundFstab | undefined;
}> {
  if (mountable(request.tree, choices).length === 0) {
    const plan = planMounts(request.tree, undefined, choices);
    return { mounted: nothingMounted, plan, fstab: undefined };
  }
  const mounter = new TreeMounter(request);
  const candidates = rootCandidates(request.tree, kernelCommandLine, choices);
  const found = await findFstab(mounter, request, candidates);
  const plan = planMounts(request.tree, found?.text, choices);
  const mounted = await mounter.mountAll(plan.order.map(({ position }) => position));
  return { mounted, plan, fstab: found };
}

/** Mounts a target's file systems in the source's order. Its own fstab is never read. */
export async function mountTarget(
  request: MountRequestOfTree,
  order: readonly NodePosition[],
): Promise<MountedTree> {
  if (order.length === 0) return nothingMounted;
  const mounter = new TreeMounter(request);
  return mounter.mountAll(order);
}

/** A guest all of which is brought over by blocks. */
const nothingMounted: MountedTree = { base: '', fileSystems: new Map() };

async function findFstab(
  mounter: TreeMounter,
  request: MountRequestOfTree,
  candidates: readonly FileSystemNode[],
): Promise<FoundFstab | undefined> {
  let second: FoundFstab | undefined;
  for (const node of candidates) {
    const mountPoint = await mounter.mount(node);
    const { files } = request.session.host;
    for (const path of fstabPaths(node)) {
      const text = await files.readTextBeneath(mountPoint, path, fstabMaximumBytes);
      if (text === undefined) continue;
      const found = { position: node.position, text };
      if (isOwnRoot(request.tree, found)) return found;
      second ??= found;
    }
    await mounter.unmountLast();
  }
  return second;
}

/** Mount points of one tree: a tmpfs with one directory for each file system. */
class TreeMounter {
  readonly #request: MountRequestOfTree;
  readonly #base: string;
  readonly #mounted = new Map<NodePosition, string>();
  #isPrepared = false;

  constructor(request: MountRequestOfTree) {
    this.#request = request;
    const { session } = request;
    this.#base = `${runPath(session.runId)}/${session.nextObject().name}`;
  }

  /** Directories are numbers: nothing of a guest becomes part of a path on the host. */
  mountPointOf(position: NodePosition): string {
    const index = allFileSystems(this.#request.tree).findIndex(
      (node) => node.position === position,
    );
    return `${this.#base}/${String(index)}`;
  }

  async mount(node: FileSystemNode): Promise<string> {
    await this.#take([this.#mountStep(node)]);
    const mountPoint = this.mountPointOf(node.position);
    this.#mounted.set(node.position, mountPoint);
    return mountPoint;
  }

  async unmountLast(): Promise<void> {
    await this.#request.stack.undoLast();
    const last = [...this.#mounted.keys()].at(-1);
    if (last !== undefined) this.#mounted.delete(last);
  }

  async mountAll(order: readonly NodePosition[]): Promise<MountedTree> {
    const { session, guest, tree } = this.#request;
    const nodes = order.flatMap((position) =>
      allFileSystems(tree).filter((node) => node.position === position),
    );
    const missing = nodes.filter((node) => !this.#mounted.has(node.position));
    await this.#take([
      ...missing.map((node) => this.#mountStep(node)),
      { kind: 'protect-mount-points', host: session.name, guest, base: this.#base },
    ]);
    const opened = await together(
      nodes.map(async (node): Promise<OpenFileSystem> => {
        const mountPoint = this.mountPointOf(node.position);
        const identity = await session.host.mounts.rootIdentity(mountPoint);
        const devices = [node, ...furtherDevices(tree, node)].map(({ path }) => path);
        return { node, mountPoint, identity, devices };
      }),
    );
    return {
      base: this.#base,
      fileSystems: new Map(opened.map((item) => [item.node.position, item])),
    };
  }

  /** Takes steps in their order, behind one append to the journal; before the first, the tmpfs. */
  async #take(steps: readonly Step[]): Promise<void> {
    const { stack } = this.#request;
    const first = this.#isPrepared ? [] : [this.#prepareStep()];
    this.#isPrepared = true;
    for (const step of await stack.announce([...first, ...steps])) await stack.perform([step]);
  }

  #prepareStep(): Step {
    const { session, guest, tree } = this.#request;
    return {
      kind: 'prepare-mount-points',
      host: session.name,
      guest,
      base: this.#base,
      sizeBytes: mountPointsSizeBytes,
      directories: allFileSystems(tree).map((node) => this.mountPointOf(node.position)),
    };
  }

  #mountStep(node: FileSystemNode): Step {
    const { session, guest, side, sides, tree } = this.#request;
    const { type } = node.content;
    if (!isSupportedFileSystem(type)) {
      throw new XenBackupError('content-unsupported', {
        message: `${node.position} bears ${type}`,
      });
    }
    return {
      kind: 'mount',
      host: session.name,
      guest,
      position: node.position,
      device: node.path,
      mountPoint: this.mountPointOf(node.position),
      fileSystemType: type,
      options: mountOptions(
        type,
        sides?.get(node.path) ?? side,
        furtherDevices(tree, node).map(({ path }) => path),
      ),
    };
  }
}
