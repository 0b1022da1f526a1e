import {
  allDevices,
  blockRegionsToSeal,
  type BlocksTransfer,
  brokenSeals,
  type ContentSeal,
  type DeviceNode,
  type DeviceTree,
  type DiskRegion,
  locateOnDisks,
  needsSealHeader,
  regionsToSeal,
  sealedRegions,
  sealedType,
  sealHeaderBytes,
  type StandbySeal,
  storagePath,
  XenBackupError,
} from '../../core/index.js';
import type { DeviceRegion, Host } from '../../ports/index.js';
import type { DiskVolume } from '../stages/open-disks.js';

/** The standby's disks on one host. They are read through the host's own volumes: no map is needed. */
export interface StandbyDisks {
  readonly host: Host;
  readonly volumes: readonly DiskVolume[];
}

/**
 * What the standby looks like now: one command for all file systems, and one more where their
 * headers must be read. Only when nothing of it is mounted any more and its disks are flushed.
 *
 * @param byBlocks - what goes by blocks: other pieces of it are sealed.
 */
export async function takeSeal(
  disks: StandbyDisks,
  tree: DeviceTree,
  byBlocks: readonly BlocksTransfer[],
): Promise<StandbySeal> {
  const copied = new Map(byBlocks.map(({ position, source }) => [position, source]));
  // What was brought over by blocks now bears what the source does.
  const nodes = allDevices(tree)
    .map((node) => copied.get(node.position) ?? node)
    .filter(({ position, content }) => copied.has(position) || sealedType(content) !== undefined);
  const headers = await readHeaders(disks, tree, nodes);
  const places = nodes.map((node) => {
    const choose = copied.has(node.position) ? blockRegionsToSeal : regionsToSeal;
    const ranges = choose(node.content, node.sizeBytes, headers.get(node));
    return {
      position: node.position,
      type: sealedType(node.content) ?? 'blocks',
      regions: ranges.flatMap((range) => locate(tree, node, range)),
    };
  });
  const all = places.flatMap(({ regions }) => regions);
  const digests = await disks.host.regions.digest(onDevices(disks, all));
  const digestOf = new Map(all.map((region, index) => [region, digests[index] ?? '']));
  const contents = places.map(({ regions, ...place }) => ({
    ...place,
    regions: regions.map((region) => ({ ...region, sha256: digestOf.get(region) ?? '' })),
  }));
  return { kind: 'whole', contents };
}

/** Contents that are no longer what the seal says: one command, whatever their number. */
export async function findBrokenSeals(
  disks: StandbyDisks,
  contents: readonly ContentSeal[],
): Promise<readonly ContentSeal[]> {
  const names = disks.volumes.map(({ target }) => target);
  const asked = onDevices(disks, sealedRegions(contents, names));
  return brokenSeals(contents, names, await disks.host.regions.digest(asked));
}

async function readHeaders(
  disks: StandbyDisks,
  tree: DeviceTree,
  nodes: readonly DeviceNode[],
): Promise<ReadonlyMap<DeviceNode, Uint8Array>> {
  const pieces = nodes
    .filter(({ content }) => needsSealHeader(content))
    .flatMap((node) => {
      const lengthBytes = Math.min(sealHeaderBytes, node.sizeBytes);
      const regions = locate(tree, node, { offsetBytes: 0, lengthBytes });
      return regions.map((region) => ({ node, region }));
    });
  const asked = onDevices(
    disks,
    pieces.map(({ region }) => region),
  );
  const found = asked.length === 0 ? [] : await disks.host.regions.read(asked);
  const headers = new Map<DeviceNode, Uint8Array>();
  pieces.forEach(({ node }, index) => {
    const before = headers.get(node) ?? new Uint8Array(0);
    headers.set(node, Uint8Array.from([...before, ...(found[index] ?? [])]));
  });
  return headers;
}

function locate(
  tree: DeviceTree,
  { position }: DeviceNode,
  range: { readonly offsetBytes: number; readonly lengthBytes: number },
): readonly DiskRegion[] {
  const regions = locateOnDisks(tree, position, range);
  if (regions !== undefined) return regions;
  throw new XenBackupError('internal', { message: `${position} lies on no disk of its guest` });
}

function onDevices(
  { volumes }: StandbyDisks,
  regions: readonly DiskRegion[],
): readonly DeviceRegion[] {
  return regions.map(({ disk, offsetBytes, lengthBytes }) => {
    const found = volumes.find(({ target }) => target === disk);
    if (found === undefined) {
      throw new XenBackupError('internal', { message: `no volume for disk ${disk}` });
    }
    return { device: storagePath(found.storage), offsetBytes, lengthBytes };
  });
}
