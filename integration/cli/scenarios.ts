/** A small scenario: one source, one target, a guest with one partition. */
export function twoHosts({ targetPartition = '100MiB' } = {}): string {
  const disk = (size: string): string =>
    `{ size: 1GiB, content: { table: msdos, uuid: 4f6d5349, partitions: { 1: { size: ${size}, content: ` +
    `{ fileSystem: ext4, uuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d0001, files: ` +
    `{ /etc/fstab: "/dev/xvda1 / ext4 defaults 0 1\\n", /etc/hostname: "web\\n" } } } } } }`;
  return `version: 1
configuration:
  hosts: { dom0a: { address: dom0a }, dom0b: { address: dom0b } }
  guests: { web: { hosts: [dom0a, dom0b] } }
hosts:
  dom0a: { volumeGroups: { vg: { size: 5GiB } }, volumes: { vg/web: ${disk('100MiB')} } }
  dom0b: { volumeGroups: { vg: { size: 5GiB } }, volumes: { vg/web: ${disk(targetPartition)} } }
domains:
  web: { disks: { xvda: /dev/vg/web }, hosts: { dom0a: running, dom0b: shut off } }
`;
}
