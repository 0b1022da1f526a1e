import {
  allDevices,
  blockRegionsToSeal,
  type BlocksTransfer,
  brokenImages,
  type BrokenSeal,
  brokenSeals,
  type DeviceNode,
  type DeviceTree,
  type DiskRegion,
  type ImageSeal,
  isQcow2,
  locateOnDisks,
  needsSealHeader,
  regionsToSeal,
  sealedRegions,
  sealedType,
  sealHeaderBytes,
  type StandbySeal,
  storagePath,
  together,
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
  const images = await sealedImages(disks);
  const nodes = allDevices(tree)
    .map((node) => copied.get(node.position) ?? node)
    .filter(({ position, content }) => copied.has(position) || sealedType(content) !== undefined)
    .filter((node) => startOf(tree, node).every((region) => isReadable(images, region)));
  const headers = await readHeaders(disks, tree, nodes);
  const places = nodes.map((node) => {
    const choose = copied.has(node.position) ? blockRegionsToSeal : regionsToSeal;
    const ranges = choose(node.content, node.sizeBytes, headers.get(node));
    return {
      position: node.position,
      type: sealedType(node.content) ?? 'blocks',
      regions: ranges
        .flatMap((range) => locate(tree, node, range))
        .filter((region) => isReadable(images, region)),
    };
  });
  const all = places.flatMap(({ regions }) => regions);
  const asked = onDevices(disks, all);
  const digests = asked.length === 0 ? [] : await disks.host.regions.digest(asked);
  const digestOf = new Map(all.map((region, index) => [region, digests[index] ?? '']));
  const contents = places.map(({ regions, ...place }) => ({
    ...place,
    regions: regions.map((region) => ({ ...region, sha256: digestOf.get(region) ?? '' })),
  }));
  return { kind: 'whole', contents, ...(images.length === 0 ? {} : { images }) };
}

/** What is no longer as the seal says: one command for all contents, whatever their number. */
export async function findBrokenSeals(
  disks: StandbyDisks,
  { contents, images = [] }: Extract<StandbySeal, { readonly kind: 'whole' }>,
): Promise<readonly BrokenSeal[]> {
  const found = await sealedImages(disks);
  const names = disks.volumes.map(({ target }) => target);
  const readable = names.filter((name) => !found.some(({ disk }) => disk === name));
  const asked = onDevices(disks, sealedRegions(contents, readable));
  const digests = asked.length === 0 ? [] : await disks.host.regions.digest(asked);
  return [...brokenImages(images, found, names), ...brokenSeals(contents, readable, digests)];
}

/**
 * Images whose pieces cannot be read without a server: every write to them changes their times, so
 * these are asked, anew.
 */
async function sealedImages({ host, volumes }: StandbyDisks): Promise<readonly ImageSeal[]> {
  return together(
    volumes
      .filter(({ storage }) => isQcow2(storage))
      .map(async ({ target, storage }) => {
        const now = await host.backing.inspect(storagePath(storage));
        return { disk: target, lastWrite: now?.kind === 'file' ? now.lastWrite : '' };
      }),
  );
}

/** What lies in an image is sealed with it, as a whole. */
function isReadable(images: readonly ImageSeal[], { disk }: DiskRegion): boolean {
  return !images.some((image) => image.disk === disk);
}

function startOf(tree: DeviceTree, node: DeviceNode): readonly DiskRegion[] {
  const lengthBytes = Math.min(sealHeaderBytes, node.sizeBytes);
  return locate(tree, node, { offsetBytes: 0, lengthBytes });
}

async function readHeaders(
  disks: StandbyDisks,
  tree: DeviceTree,
  nodes: readonly DeviceNode[],
): Promise<ReadonlyMap<DeviceNode, Uint8Array>> {
  const pieces = nodes
    .filter(({ content }) => needsSealHeader(content))
    .flatMap((node) => {
      return startOf(tree, node).map((region) => ({ node, region }));
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
