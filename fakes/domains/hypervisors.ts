import type { HypervisorState } from '../world/state.js';

/** How libvirt is reached for each driver, and the version of what it drives, in Debian 12. */
export const hypervisors = {
  xen: { driver: 'Xen', uris: ['xen:///system'], version: '4.17.0' },
  kvm: { driver: 'QEMU', uris: ['qemu:///system'], version: '7.2.22' },
} as const satisfies Readonly<
  Record<string, Pick<HypervisorState, 'driver' | 'uris'> & { readonly version: string }>
>;

/** As a scenario names it. */
export type HypervisorName = keyof typeof hypervisors;
