/** Every state libvirt knows (virDomainState), under virsh's own words. */
export const domainStates = [
  'no state',
  'running',
  'idle',
  'paused',
  'in shutdown',
  'shut off',
  'crashed',
  'dying',
  'pmsuspended',
] as const;

/** A domain's state in virsh's words. virsh prints `idle` for libvirt's BLOCKED. */
export type DomainState = (typeof domainStates)[number];

/** One line of `virsh list --all`. */
export interface DomainSummary {
  readonly name: string;
  readonly state: DomainState;
}

/** What carries a disk's content on its host. */
export type DiskSource =
  | { readonly kind: 'block'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'other'; readonly description: string }
  | { readonly kind: 'none' };

/** A disk of a domain, as the definition says. */
export interface DiskDefinition {
  /** The guest's name for it: `xvda`, `sda`, `vdb`. Unique in a domain. */
  readonly target: string;
  readonly device: 'disk' | 'cdrom' | 'floppy' | 'lun';
  readonly source: DiskSource;
  /** `phy`, `qemu`, `file`, `tap`... as the definition says, absent when it says nothing. */
  readonly driverName?: string;
  /** `raw`, `qcow2`...; absent in old documents. */
  readonly driverType?: string;
  readonly bus?: string;
  readonly serial?: string;
  /** Bytes of a sector as the guest sees them; absent: 512. */
  readonly logicalSectorBytes?: number;
  readonly readOnly: boolean;
  readonly shareable: boolean;
}

export interface InterfaceDefinition {
  readonly type: string;
  readonly bridge?: string;
  readonly network?: string;
  readonly macAddress?: string;
}

/** What xen-backup needs to know of a domain's definition. */
export interface DomainDefinition {
  readonly type: string;
  readonly name: string;
  readonly uuid?: string;
  /** Present while the domain is active. */
  readonly id?: number;
  /** In document order. */
  readonly disks: readonly DiskDefinition[];
  readonly interfaces: readonly InterfaceDefinition[];
  readonly kernel?: string;
  readonly initrd?: string;
  readonly kernelCommandLine?: string;
  readonly bootloader?: string;
  /** The document itself, as libvirt gave it. */
  readonly xml: string;
}
