/** LVM metadata as it stands on the physical volumes. Values: a change writes a new one. */
export interface VolumeGroupMetadata {
  readonly name: string;
  /** With LVM's hyphens. */
  readonly uuid: string;
  /** Grows with every change; the highest one wins. */
  readonly sequence: number;
  readonly extentSectors: number;
  readonly physicalVolumes: readonly PhysicalVolumeMetadata[];
  /** In order of creation, as LVM lists them in its metadata. */
  readonly logicalVolumes: readonly LogicalVolumeMetadata[];
  readonly tags: readonly string[];
}

export interface PhysicalVolumeMetadata {
  readonly uuid: string;
  /** Size of the device when the volume was made. */
  readonly deviceSectors: number;
  /** First extent, in sectors from the start of the device. */
  readonly extentsStart: number;
  readonly extentCount: number;
  /** Device it was last seen on, which LVM prints when it is missing. */
  readonly deviceHint: string;
}

export interface LogicalVolumeMetadata {
  readonly name: string;
  readonly uuid: string;
  readonly access: 'read-write' | 'read-only';
  /** Hidden volumes (`tpool_tdata`...) are shown in brackets and by `-a` only. */
  readonly visible: boolean;
  /** Not activated by `-ay` without `-K`. Thin snapshots get it at birth. */
  readonly activationSkip: boolean;
  readonly tags: readonly string[];
  readonly role: LogicalVolumeRole;
  /** Size in extents. For a snapshot: of its copy-on-write area. */
  readonly extentCount: number;
  /** Where its own data lies; empty for thin volumes and pools. */
  readonly segments: readonly AllocatedSegment[];
}

export type LogicalVolumeRole =
  | { readonly kind: 'plain' }
  /** A thick snapshot: its segments are the copy-on-write area. */
  | { readonly kind: 'snapshot'; readonly origin: string; readonly chunkSectors: number }
  | {
      readonly kind: 'thin-pool';
      readonly data: string;
      readonly metadata: string;
      readonly chunkSectors: number;
    }
  | { readonly kind: 'pool-data' | 'pool-metadata' | 'pool-metadata-spare' }
  | {
      readonly kind: 'thin';
      readonly pool: string;
      readonly deviceId: number;
      readonly origin?: string;
    }
  /** A type that is shown, but never activated here: `raid1`, `cache`, `vdo`... */
  | {
      readonly kind: 'foreign';
      readonly segmentType: string;
      /** Hidden volumes it consists of, as its `devices` column names them. */
      readonly components: readonly string[];
    }
  | { readonly kind: 'raid-image' | 'raid-metadata' };

/** A segment on physical volumes: one area is linear, more are striped. */
export interface AllocatedSegment {
  readonly startExtent: number;
  readonly extentCount: number;
  /** 0 for linear. */
  readonly stripeSectors: number;
  readonly areas: readonly { readonly physicalVolume: string; readonly startExtent: number }[];
}
