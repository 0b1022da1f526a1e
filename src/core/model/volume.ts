/** A volume group of a host (not of a guest). */
export interface VolumeGroup {
  readonly name: string;
  readonly uuid: string;
  readonly sizeBytes: number;
  readonly freeBytes: number;
  readonly extentSizeBytes: number;
}

/** A logical volume of a host, as `lvs` reports it. */
export interface LogicalVolume {
  readonly name: string;
  readonly volumeGroup: string;
  readonly uuid: string;
  /** `/dev/mapper/...`: always resolves, whatever the names contain. */
  readonly deviceMapperPath: string;
  /** `/dev/VG/LV`; empty for hidden volumes. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Segment type: `linear`, `striped`, `thin`, `thin-pool`... */
  readonly segmentType: string;
  readonly active: boolean;
  /** A device node is open (attribute 6 is `o`): mounted, mapped, or held by a domain. */
  readonly open: boolean;
  /** Name of the origin, for a snapshot. */
  readonly origin?: string;
  /** Name of the pool, for a thin volume. */
  readonly pool?: string;
  /** Fill of a snapshot or pool in percent. */
  readonly dataPercent?: number;
  readonly snapshotInvalid: boolean;
  readonly tags: readonly string[];
}

/** Everything the inventory learns about LVM on one host, from one question each. */
export interface VolumeInventory {
  readonly volumeGroups: readonly VolumeGroup[];
  readonly logicalVolumes: readonly LogicalVolume[];
}

/** How full a store of blocks is. */
export interface BlockFill {
  readonly usedBlocks: number;
  readonly totalBlocks: number;
}

/** A thin pool of the host, by name. */
export interface ThinPoolName {
  readonly volumeGroup: string;
  readonly name: string;
}

/** How full a thin pool is. */
export type ThinPoolFill =
  | { readonly kind: 'open'; readonly data: BlockFill; readonly metadata: BlockFill }
  /** It takes no more writes, whatever its fill. */
  | { readonly kind: 'closed'; readonly status: string };

/** What a snapshot that is read takes up, as seen in one look. */
export type SnapshotFill =
  /** Room of its own, for what the origin has overwritten. */
  | { readonly kind: 'thick'; readonly usedBytes: number; readonly sizeBytes: number }
  /** It shares the room of its pool. */
  | { readonly kind: 'thin'; readonly data: BlockFill; readonly metadata: BlockFill }
  /** It shows the source no more, or its pool takes no more writes. */
  | { readonly kind: 'invalid'; readonly status: string };

/** State of a snapshot while it is read. */
export type SnapshotHealth =
  | { readonly kind: 'healthy'; readonly usedShare: number }
  /** Thin snapshots have no fill level of their own. */
  | { readonly kind: 'unlimited' }
  | { readonly kind: 'invalid'; readonly status: string };
