import type { BuiltLayout } from './build-layout.js';
import type { RandomLayout } from './random-layout.js';

/** Two hosts that carry one guest of this layout, as a scenario (JSON is YAML). */
export function scenarioOf(
  { prefix, sectorSize }: RandomLayout,
  { disks, fileSystems }: BuiltLayout,
): string {
  const type = prefix === 'vd' ? 'kvm' : 'xen';
  const hypervisor = type === 'kvm' ? { hypervisor: 'kvm' } : {};
  const volumes = [...disks].map(([target, volume]): [string, unknown] => [
    `vg/guest-${target}`,
    volume,
  ]);
  return JSON.stringify({
    version: 1,
    configuration: {
      ...(type === 'kvm' ? { libvirtUri: 'qemu:///system' } : {}),
      hosts: { dom0a: { address: '192.0.2.11' }, dom0b: { address: '192.0.2.12' } },
      guests: { guest: { hosts: ['dom0a', 'dom0b'] } },
    },
    hosts: {
      dom0a: {
        addresses: ['192.0.2.11'],
        ...hypervisor,
        volumeGroups: { vg: { size: '10GiB', sectorSize } },
        volumes: Object.fromEntries(volumes),
      },
      dom0b: {
        like: 'dom0a',
        addresses: ['192.0.2.12'],
        ...hypervisor,
        changes: fileSystems.map(({ position }) =>
          changeAt(position, [...disks.keys()], 'vg/guest-'),
        ),
      },
    },
    domains: {
      guest: {
        type,
        disks: Object.fromEntries(
          [...disks.keys()].map((target) => [target, `/dev/vg/guest-${target}`]),
        ),
        hosts: { dom0a: 'running', dom0b: 'shut off' },
      },
    },
  });
}

/**
 * What the standby has of an earlier day on a file system, as a change of a scenario.
 *
 * @param prefix - of the host's volumes; the guest's name for the disk follows
 */
export function changeAt(
  position: string,
  disks: readonly string[],
  prefix: string,
): Record<string, unknown> {
  const [first = '', second] = position.split('/');
  const files = { '/kept': 'of an earlier day\n' };
  const isVolume = !disks.includes(first);
  const volume = `${prefix}${isVolume ? (disks[0] ?? '') : first}`;
  if (second === undefined) return { volume, files };
  return { volume, at: isVolume ? position : second, files };
}
