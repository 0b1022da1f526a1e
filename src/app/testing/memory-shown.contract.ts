import type { Layout, LayoutDevice } from '../../core/testing/layout.contract.js';

/** What devices need of their host. */
export interface DeviceOwner {
  call<T>(what: string, effect: () => T): Promise<T>;
  readonly mounts: {
    readonly entries: readonly { readonly source: string }[];
    /** Read-write mounts of a file system so far, by UUID. */
    readonly uses: ReadonlyMap<string, number>;
  };
}

/** What a device shows, and the disks it is of. */
export interface Shown {
  readonly device: LayoutDevice;
  readonly layout: Layout;
}
