// Texts of commands whose recordings have other columns, or which only our own scripts print.

const uuid = 'ZUVR9c-aV59-rsDY-3WTv-EIyA-1ZZl-miIM9T';
const groupUuid = 's2XdCI-GHh9-TbUP-i5hp-OUTA-A17F-i7XTxV';
const device = '/dev/mapper/xen-backup-abcdefghij-2p2';
const key = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20' + 'k'.repeat(32)).toString('base64');

const volume = {
  lv_name: 'LogVolDc1',
  vg_name: 'VolGroupXX',
  lv_uuid: uuid,
  lv_path: '/dev/VolGroupXX/LogVolDc1',
  lv_dm_path: '/dev/mapper/VolGroupXX-LogVolDc1',
  lv_attr: 'owi-aos---',
  lv_size: '1572864000',
  origin: '',
  pool_lv: '',
  data_percent: '',
  lv_snapshot_invalid: 'unknown',
  lv_active: 'active',
  segtype: 'linear',
  lv_tags: '',
};

/** Rows of LVM's reports, with the columns that are asked for. */
export const lvmRow = {
  group: {
    vg_name: 'VolGroupXX',
    vg_uuid: groupUuid,
    vg_size: '42945478656',
    vg_free: '29754392576',
    vg_extent_size: '4194304',
  },
  volume,
  snapshot: {
    ...volume,
    lv_name: 'xen-backup-abcdefghij-1',
    lv_uuid: uuid.replace('ZUVR9c', 'aUVR9c'),
    lv_attr: 'swi-a-s---',
    origin: 'LogVolDc1',
    data_percent: '0.01',
    lv_snapshot_invalid: '',
    lv_tags: 'xen-backup,xen-backup-run-abcdefghij',
  },
  physicalVolume: {
    pv_name: device,
    pv_uuid: uuid,
    vg_name: 'VolGroup00',
    vg_uuid: groupUuid,
    pv_size: '1149239296',
    dev_size: '1153433600',
    pe_start: '1048576',
    pv_missing: '',
    vg_extent_size: '4194304',
    vg_missing_pv_count: '0',
  },
  segment: {
    vg_uuid: groupUuid,
    lv_name: 'LogVol00',
    lv_uuid: uuid,
    lv_size: '8388608',
    seg_start: '0',
    seg_size: '8388608',
    segtype: 'striped',
    stripes: '2',
    stripe_size: '65536',
    seg_pe_ranges: `${device}:0-0 /dev/mapper/xen-backup-abcdefghij-4:5-5`,
    devices: `${device}(0),/dev/mapper/xen-backup-abcdefghij-4(5)`,
    lv_attr: '-wi-------',
  },
} as const;

const record = {
  v: 1,
  guest: 'dc1',
  role: 'standby',
  state: 'complete',
  counter: 7,
  runId: 'abcdefghij',
  source: 'dom0a',
  lineage: [{ source: 'dom0a', since: 1, runId: 'k3f9x2m7qa' }],
  domainXml: '<domain type="xen"/>',
  writtenAt: '2026-11-23T10:00:00Z',
  seal: {
    kind: 'whole',
    contents: [
      {
        position: 'xvda/1',
        type: 'ext3',
        regions: [{ disk: 'xvda', offsetBytes: 0, lengthBytes: 4096, sha256: 'ab'.repeat(32) }],
      },
    ],
  },
};

const step = (id: number, fields: object) => ({ id, host: 'dom0a', guest: 'dc1', ...fields });
const journal = [
  step(1, {
    kind: 'create-snapshot',
    volumeGroup: 'VolGroupXX',
    origin: 'LogVolDc1',
    name: 'xen-backup-abcdefghij-1',
    tags: ['xen-backup'],
  }),
  step(2, { kind: 'create-map', name: 'xen-backup-abcdefghij-2', uuid: 'XENBACKUP-abcdefghij-2' }),
  step(3, {
    kind: 'mount',
    device: '/dev/mapper/xen-backup-abcdefghij-2',
    mountPoint: '/run/xen-backup/abcdefghij/1',
  }),
]
  .map((value, index) => ({ v: 1, seq: index + 1, bootId: 'boot', phase: 'intent', step: value }))
  .map((entry) => `${JSON.stringify(entry)}\n`)
  .join('');

/** What each parser understands. */
export const golden = {
  deviceMaps: [
    'VolGroupXX-LogVolDc1:LVM-abc:253:0:1:L--w\nxen-backup-abcdefghij-2:XENBACKUP-abcdefghij-2:253:7:0:L--r\n',
    'No devices found\n',
  ],
  holders: [
    'process\t4711\tcwd\t/mnt/a\tsleep\nmap\txen-backup-abcdefghij-3\tXENBACKUP-abcdefghij-3\nguest\t12\tqemu\nmount\t/mnt/b\n',
  ],
  digests: [`${'ab'.repeat(32)}  -\n${'01'.repeat(32)}  -\n`],
  snapshotStates: [
    '0 262144 snapshot 552/524288 16\n',
    '0 262144 snapshot Invalid\n',
    '0 262144 thin 10240 262143\n',
  ],
  watched: [
    { volumeGroup: 'vg', name: 'xen-backup-abcdefghij-1' },
    { volumeGroup: 'vg', name: 'xen-backup-abcdefghij-2', pool: 'pool' },
  ],
  fills: [
    [
      'vg-xen--backup--abcdefghij--1: 0 3072000 snapshot 552/524288 16',
      'vg-xen--backup--abcdefghij--2: 0 262144 thin 10240 262143',
      'vg-pool-tpool: 0 2097152 thin-pool 1 12/1024 80/16384 - rw discard_passdown queue_if_no_space - 1024',
      '',
    ].join('\n'),
  ],
  releases: [
    'not-held\n',
    'released pause 312\npaused\n',
    'released freeze 40\nThawed 2 filesystem(s)\n',
  ],
  owners: [
    '{"runId":"abcdefghij","controller":"backup","processId":4711,"since":"2026-11-23T10:00:00Z"}\n',
  ],
  properties: ['DEVPATH=/devices/virtual/block/dm-3\nDEVNAME=/dev/dm-3\nDM_NAME=a=b\n'],
  copies: [
    [
      '\r          32768   3%    0.00kB/s    0:00:00  ',
      '\r        1000000  99%  307.47MB/s    0:00:00 (xfr#1, to-chk=3/6)',
      'Number of files: 6 (reg: 3, dir: 3)',
      'Number of created files: 3 (reg: 3)',
      'Number of deleted files: 0',
      'Number of regular files transferred: 4',
      'Total file size: 1000007 bytes',
      'Total transferred file size: 2000007 bytes',
      'Total bytes sent: 2000803',
      'Total bytes received: 104',
      'sent 2000803 bytes  received 104 bytes  4001814.00 bytes/sec',
      '',
    ].join('\n'),
  ],
  sshSettings: [
    [
      'user root',
      'hostname 192.0.2.11',
      'port 22',
      'addressfamily any',
      'identitiesonly no',
      'serveraliveinterval 15',
      'serveralivecountmax 3',
      'ciphers aes128-ctr,aes256-ctr',
      'hostkeyalgorithms ssh-ed25519',
      'kexalgorithms curve25519-sha256',
      'macs hmac-sha2-256',
      'identityfile ~/.ssh/id_ed25519',
      'userknownhostsfile /root/.ssh/known_hosts',
      'connecttimeout 20',
      '',
    ].join('\n'),
  ],
  knownHosts: [`# hosts\ndom0a,192.0.2.1 ssh-ed25519 ${key} root@dom0a\n`],
  fstabs: [
    '# /etc/fstab\nLABEL=ROOT / ext4 errors=remount-ro 0 1\n\nUUID=c0ffee00-0000-4000-8000-000000000001 /var/my\\040dir xfs defaults,nofail 0 2\n/dev/xvda2\tnone\tswap\tsw\t0\t0\ntmpfs /tmp tmpfs\n',
  ],
  journals: [journal],
  records: [
    `${JSON.stringify(record, undefined, 2)}\n`,
    JSON.stringify({ ...record, state: 'syncing', seal: { kind: 'broken', runId: 'abcdefghij' } }),
  ],
} as const;

export const configurationYaml = `hosts:
  dom0a: { connection: auto }
  dom0b:
    address: 192.0.2.12
    port: 22
    replication: { address: 10.0.0.12 }
defaults:
  snapshotSize: 20%
  exclude: [/tmp/*, lost+found]
  maxDeletes: { share: 30%, count: 100000 }
guests:
  dc1: { hosts: [dom0a, dom0b] }
  web-01:
    hosts: [dom0a, dom0b]
    snapshotSize: 10G
`;

export const confFile = '# the guest\nDOMU=dc1\nDOM0S="dom0a dom0b dom0c"\n';
