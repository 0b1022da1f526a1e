/**
 * A scenario as plain data: the part of the scenario format that a capture uses. The simulated
 * hosts read it (`schema/scenario.schema.json`); sizes are bytes.
 */
export interface ScenarioDocument {
  readonly version: 1;
  readonly description: string;
  readonly seed: string;
  readonly runOn?: string;
  readonly configuration: CapturedConfiguration;
  readonly hosts: Readonly<Record<string, CapturedHost>>;
  readonly domains: Readonly<Record<string, CapturedDomain>>;
}

interface CapturedConfiguration {
  readonly libvirtUri: string;
  readonly stateDir: string;
  readonly hosts: Readonly<Record<string, { readonly address: string }>>;
  readonly guests: Readonly<
    Record<
      string,
      {
        readonly hosts: readonly string[];
        readonly snapshotSize: string;
        readonly exclude: readonly string[];
        readonly consistency: 'none' | 'pause' | 'freeze';
        readonly withoutSnapshot?: readonly string[];
      }
    >
  >;
}

export interface CapturedHost {
  readonly addresses?: readonly string[];
  readonly hypervisor?: 'kvm';
  readonly power?: 'off';
  readonly files?: Readonly<Record<string, string>>;
  readonly volumeGroups?: Readonly<
    Record<string, { readonly size: number; readonly extentSize: number }>
  >;
  readonly thinPools?: Readonly<Record<string, { readonly size: number }>>;
  readonly volumes?: Readonly<Record<string, CapturedHostVolume>>;
  readonly images?: Readonly<Record<string, CapturedImage>>;
  readonly disks?: Readonly<Record<string, CapturedPlainDisk>>;
}

/** A disk without LVM. */
export interface CapturedPlainDisk {
  readonly size: number;
  readonly content?: CapturedContent;
}

/** A disk in a file. */
export interface CapturedImage extends CapturedPlainDisk {
  readonly qcow2?: Readonly<Record<string, never>>;
  readonly sectorSize?: 4096;
}

export interface CapturedHostVolume {
  readonly size: number;
  readonly pool?: string;
  readonly active?: boolean;
  readonly content?: CapturedContent;
}

export interface CapturedDisk {
  readonly source: string;
  readonly kind?: 'file';
  readonly device?: 'cdrom' | 'floppy' | 'lun';
  readonly driver?: string;
  readonly type?: string;
  readonly bus?: string;
  readonly sectorSize?: 4096;
  readonly readOnly?: true;
  readonly shareable?: true;
}

export type CapturedDisks = Readonly<Record<string, CapturedDisk>>;

export interface CapturedDomain {
  readonly uuid?: string;
  readonly type?: 'kvm';
  readonly kernel?: string;
  readonly commandLine?: string;
  readonly disks: CapturedDisks;
  /** Disks on hosts whose own definition says something else. */
  readonly disksOn?: Readonly<Record<string, CapturedDisks>>;
  readonly hosts: Readonly<Record<string, string>>;
}

/** What stands on a device; a blank one has none. */
export type CapturedContent =
  | {
      readonly fileSystem: string;
      readonly uuid?: string;
      readonly label?: string;
      readonly deviceUuid?: string;
      readonly otherDevices?: readonly string[];
      readonly files?: Readonly<Record<string, string>>;
    }
  | { readonly swap: true; readonly uuid?: string; readonly label?: string }
  | {
      readonly table: 'msdos' | 'gpt';
      readonly uuid?: string;
      readonly partitions: Readonly<Record<string, CapturedPartition>>;
    }
  | {
      readonly volumeGroup: string;
      readonly uuid: string;
      readonly physicalVolumeUuid: string;
      readonly firstExtent: number;
      readonly extentSize: number;
      readonly volumes: Readonly<Record<string, CapturedGuestVolume>>;
    }
  | {
      readonly physicalVolumeOf: string;
      readonly uuid: string;
      readonly firstExtent: number;
    }
  | { readonly physicalVolume: 'unused'; readonly uuid: string }
  | {
      readonly other: string;
      readonly usage: 'filesystem' | 'other';
      readonly uuid?: string;
      readonly deviceUuid?: string;
      readonly label?: string;
    };

export interface CapturedPartition {
  readonly start: number;
  readonly size: number;
  readonly kind: 'primary' | 'extended' | 'logical';
  readonly type: string;
  readonly name?: string;
  readonly uuid?: string;
  readonly bootable?: true;
  readonly content?: CapturedContent;
}

export interface CapturedGuestVolume {
  readonly size: number;
  readonly uuid: string;
  /** Absent where it is of a type that the simulated hosts do not have. */
  readonly segments?: readonly CapturedSegment[];
  readonly content?: CapturedContent;
}

export interface CapturedSegment {
  readonly size: number;
  /** For striped ones. */
  readonly stripeSize?: number;
  /** Physical volume by UUID, and the number of its first extent there. */
  readonly areas: readonly { readonly physicalVolume: string; readonly extent: number }[];
}
