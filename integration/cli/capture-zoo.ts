/** A host's disks as lines of YAML flow maps: volume -> what it is. */
export interface Layout {
  readonly name: string;
  /** By guest device: size and content of the host volume behind it. */
  readonly disks: Readonly<Record<string, string>>;
  /** What differs on the standby, by guest device; it is a copy otherwise. */
  readonly standby?: Readonly<Record<string, string>>;
  /** Further keys of the domain. */
  readonly domain?: string;
}

const root = (fstab: string): string =>
  `{ fileSystem: ext4, label: root, uuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d0001, files: { /etc/fstab: ${JSON.stringify(fstab)} } }`;

const twoPartitions = (size: string): string =>
  `{ size: 1GiB, content: { table: msdos, uuid: 4f6d5349, partitions: {
    1: { size: ${size}, content: ${root('LABEL=root / ext4 defaults 0 1\n')} },
    2: { size: 100MiB, start: 600MiB, content: { swap: true, label: swap, uuid: 7a3f0c7e-2f6b-4b57-9c1d-5e64c0a50001 } } } } }`;

/** Layouts of guests that operators have. */
export const zoo: readonly Layout[] = [
  {
    name: 'GPT with an EFI system partition, BIOS boot, XFS, swap, names, odd starts',
    disks: {
      xvda: `{ size: 2GiB, content: { table: gpt, partitions: {
        1: { size: 1MiB, start: 17KiB, type: 21686148-6449-6e6f-744e-656564454649 },
        2: { size: 100MiB, start: 4MiB, name: EFI, content: { fileSystem: vfat, label: ESP } },
        3: { size: 800MiB, name: system, bootable: true, content: { fileSystem: xfs, files: { /etc/fstab: "PARTLABEL=system / xfs defaults 0 0\\nLABEL=ESP /boot/efi vfat umask=0077,password=secret 0 2\\nUUID=7a3f0c7e-2f6b-4b57-9c1d-5e64c0a50002 none swap sw 0 0\\n" } } },
        4: { size: rest, content: { swap: true, uuid: 7a3f0c7e-2f6b-4b57-9c1d-5e64c0a50002 } } } } }`,
    },
  },
  {
    name: 'logical partitions, named by the table and their number',
    disks: {
      xvda: `{ size: 2GiB, content: { table: msdos, uuid: 1badcafe, partitions: {
        1: { size: 300MiB, content: ${root('PARTUUID=1badcafe-01 / ext4 defaults 0 1\nPARTUUID=1BADCAFE-05 /home ext3 defaults 0 2\n/dev/sda6 /var ext2 noauto 0 2\n')} },
        2: { size: rest, kind: extended },
        5: { size: 500MiB, content: { fileSystem: ext3 } },
        6: { size: 400MiB, content: { fileSystem: ext2 } } } } }`,
    },
  },
  {
    name: 'file systems on whole disks, and no fstab',
    disks: {
      xvda: '{ size: 512MiB, content: { fileSystem: ext4, label: one } }',
      xvdb: '{ size: 256MiB, content: { fileSystem: btrfs, label: two } }',
      xvdc: '{ size: 128MiB }',
    },
  },
  {
    name: 'a volume group across disks with striped and broken-up volumes, an unused volume, odd names',
    disks: {
      xvda: `{ size: 1GiB, content: { table: gpt, partitions: { 1: { size: 1000MiB, content: { volumeGroup: web-01.vg, extentSize: 1MiB, firstExtent: 2MiB, volumes: {
        root: { size: 200MiB, content: ${root('/dev/mapper/web--01.vg-root / ext4 defaults 0 1\n/dev/web-01.vg/web-01.disk2 /srv xfs defaults 0 2\n')} },
        web-01.disk2: { size: 400MiB, stripes: 2, stripeSize: 16KiB, content: { fileSystem: xfs } },
        large: { size: 1000MiB, content: { fileSystem: ext4 } } } } } } } }`,
      xvdb: '{ size: 1GiB, content: { table: gpt, partitions: { 1: { size: 900MiB, content: { physicalVolumeOf: web-01.vg } } } } }',
      xvdc: '{ size: 64MiB, content: { table: gpt, partitions: { 1: { size: rest, content: { physicalVolume: unused } } } } }',
    },
    domain:
      'kernel: /boot/secret, commandLine: "password=secret root=/dev/mapper/web--01.vg-root ro"',
  },
  {
    name: 'a physical volume that is the whole disk',
    disks: {
      xvda: `{ size: 1GiB, content: { volumeGroup: whole, volumes: {
        root: { size: 300MiB, content: ${root('/dev/whole/root / ext4 defaults 0 1\n/dev/whole/swap none swap sw 0 0\n')} },
        swap: { size: 64MiB, content: { swap: true } } } } }`,
    },
  },
  {
    name: 'a volume group on two whole disks',
    disks: {
      xvda: `{ size: 512MiB, content: { volumeGroup: both, volumes: {
        root: { size: 700MiB, content: ${root('/dev/both/root / ext4 defaults 0 1\n')} },
        srv: { size: 200MiB, content: { fileSystem: xfs } } } } }`,
      xvdb: '{ size: 512MiB, content: { physicalVolumeOf: both } }',
    },
  },
  {
    name: 'btrfs on two disks with subvolumes',
    disks: {
      xvda: `{ size: 256MiB, content: { fileSystem: btrfs, uuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d00b1, deviceUuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d00d1, otherDevices: [0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d00d2], subvolumes: [/@, /@home],
        files: { /@/etc/fstab: "UUID=0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d00b1 / btrfs subvol=@ 0 0\\n/dev/xvdb /home btrfs subvol=@home 0 0\\n", /@home/kept: "today\\n" } } }`,
      xvdb: '{ size: 128MiB, content: { other: btrfs, usage: filesystem, uuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d00b1, deviceUuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d00d2, digest: same } }',
    },
  },
  {
    name: 'an fstab that names servers, old disks, and half a line',
    disks: {
      xvda: `{ size: 512MiB, content: ${root('# a comment of the operator\n\nUUID=0F3C1A52-7A5E-4B7A-9F59-1D0D7C8D0001 / ext4 errors=remount-ro 0 1\nnas:/customer /mnt nfs hard 0 0\n//nas/customer /smb cifs username=u,password=secret 0 0\nUUID=00000000-0000-0000-0000-0000000000aa /old ext4 defaults\nhalf\n/dev/disk/by-id/scsi-SERIAL /disk ext4 defaults 0 0\n')} }`,
    },
  },
  {
    name: 'a standby whose partition is smaller, with another swap behind it',
    disks: { xvda: twoPartitions('500MiB') },
    standby: { xvda: twoPartitions('400MiB').replaceAll('a50001', 'a50009') },
  },
  {
    name: 'a standby whose disk is smaller',
    disks: { xvda: '{ size: 512MiB, content: { fileSystem: ext4 } }' },
    standby: { xvda: '{ size: 500MiB, content: { fileSystem: ext4 } }' },
  },
  {
    name: 'a standby whose volume is not active',
    disks: { xvda: '{ size: 512MiB, content: { fileSystem: ext4 } }' },
    standby: { xvda: '{ size: 512MiB, active: false }' },
  },
  {
    name: 'content that nobody copies as files',
    disks: {
      xvda: `{ size: 512MiB, content: ${root('LABEL=root / ext4 defaults 0 1\n')} }`,
      xvdb: '{ size: 128MiB, content: { other: crypto_LUKS, usage: crypto, uuid: 7a3f0c7e-2f6b-4b57-9c1d-5e64c0a50003 } }',
    },
  },
];

/** The scenario of a layout: one guest, a source, a standby. */
export function scenarioOf({ disks, standby = {}, domain }: Layout): string {
  const hostVolumes = (contents: Readonly<Record<string, string>>): string =>
    Object.entries(contents)
      .map(([target, volume]) => `"vg/customer-${target}": ${volume}`)
      .join(',\n      ');
  const differs = Object.keys(standby).length > 0;
  const copy = differs ? `volumes: { ${hostVolumes({ ...disks, ...standby })} }` : 'like: dom0a';
  const group = 'volumeGroups: { vg: { size: 10GiB } }';
  const sources = Object.keys(disks).map((target) => `${target}: /dev/vg/customer-${target}`);
  return `version: 1
seed: zoo
configuration:
  hosts: { dom0a: { address: 10.1.2.3 }, dom0b: { address: 10.1.2.4 } }
  guests: { customer: { hosts: [dom0a, dom0b] } }
hosts:
  dom0a:
    { addresses: [10.1.2.3], ${group}, volumes: {
      ${hostVolumes(disks)} } }
  dom0b: { addresses: [10.1.2.4], ${differs ? `${group}, ` : ''}${copy} }
domains:
  customer:
    { disks: { ${sources.join(', ')} }, ${domain === undefined ? '' : `${domain}, `}hosts: { dom0a: running, dom0b: shut off } }
`;
}
