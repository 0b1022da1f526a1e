import {
  allDevices,
  type DeviceNode,
  type DeviceTree,
  type GuestSegment,
  type NodePosition,
  type VolumeGroupNode,
} from '../model/index.js';
import type { ByteRange, DiskRegion } from './seal.js';

/**
 * Where a piece of a device lies on the guest's disks, through partitions and the guest's own
 * volume groups. So it can be read from the host's volume alone, without a map of any kind.
 *
 * @returns `undefined` for what lies on no disk of the tree.
 */
export function locateOnDisks(
  tree: DeviceTree,
  position: NodePosition,
  range: ByteRange,
): readonly DiskRegion[] | undefined {
  if (range.lengthBytes <= 0) return [];
  if (tree.disks.some((disk) => disk.position === position)) return [{ disk: position, ...range }];
  const parent = allDevices(tree).find(({ children }) =>
    children.some((child) => child.position === position),
  );
  if (parent !== undefined) return throughPartition(tree, parent, position, range);
  const group = tree.volumeGroups.find(({ volumes }) =>
    volumes.some((volume) => volume.position === position),
  );
  return group === undefined ? undefined : throughVolume(tree, group, position, range);
}

function throughPartition(
  tree: DeviceTree,
  parent: DeviceNode,
  position: NodePosition,
  range: ByteRange,
): readonly DiskRegion[] | undefined {
  const child = parent.children.find((candidate) => candidate.position === position);
  if (child?.partition === undefined) return undefined;
  const offsetBytes = child.partition.startBytes + range.offsetBytes;
  return locateOnDisks(tree, parent.position, { ...range, offsetBytes });
}

function throughVolume(
  tree: DeviceTree,
  { group }: VolumeGroupNode,
  position: NodePosition,
  range: ByteRange,
): readonly DiskRegion[] | undefined {
  const volume = group.logicalVolumes.find(({ name }) => `${group.name}/${name}` === position);
  const found: DiskRegion[] = [];
  let { offsetBytes, lengthBytes } = range;
  while (lengthBytes > 0) {
    const segment = volume?.segments.find(
      ({ startBytes, sizeBytes }) =>
        offsetBytes >= startBytes && offsetBytes < startBytes + sizeBytes,
    );
    const piece = segment === undefined ? undefined : pieceOf(segment, offsetBytes);
    const below = group.physicalVolumes.find(({ device }) => device === piece?.device);
    const node = allDevices(tree).find(({ path }) => path === below?.device);
    if (piece === undefined || below === undefined || node === undefined) return undefined;
    const take = Math.min(lengthBytes, piece.lengthBytes);
    const located = locateOnDisks(tree, node.position, {
      offsetBytes:
        below.firstExtentBytes + piece.firstExtent * group.extentSizeBytes + piece.offsetBytes,
      lengthBytes: take,
    });
    if (located === undefined) return undefined;
    found.push(...located);
    offsetBytes += take;
    lengthBytes -= take;
  }
  return found;
}

/** The area of a segment that a byte of the volume lies in, and how far it goes on there. */
function pieceOf(segment: GuestSegment, volumeOffset: number) {
  const { startBytes, sizeBytes, stripeSizeBytes, areas } = segment;
  const inSegment = volumeOffset - startBytes;
  const [first] = areas;
  if (first === undefined) return undefined;
  if (areas.length === 1) {
    return { ...first, offsetBytes: inSegment, lengthBytes: sizeBytes - inSegment };
  }
  if (stripeSizeBytes <= 0) return undefined;
  const stripe = Math.floor(inSegment / stripeSizeBytes);
  const area = areas[stripe % areas.length];
  const inStripe = inSegment % stripeSizeBytes;
  return area === undefined
    ? undefined
    : {
        ...area,
        offsetBytes: Math.floor(stripe / areas.length) * stripeSizeBytes + inStripe,
        lengthBytes: stripeSizeBytes - inStripe,
      };
}
