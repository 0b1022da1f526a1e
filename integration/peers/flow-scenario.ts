import { parseScenario, type Scenario } from '../../fakes/scenario/load.js';
import type { ReplicationPeer } from '../../src/ports/index.js';

/** The guest of the scenario, and where it runs and where its standby lies. */
export const guest = 'odd';
export const sourceHost = 'dom0a';
export const targetHost = 'dom0b';

/** `user::rw- user:4321:rwx group::r-- mask::rwx other::r--`, as the kernel stores it. */
const accessList = Buffer.from(
  '0200000001000600ffffffff02000700e110000004000400ffffffff10000700ffffffff20000400ffffffff',
  'hex',
).toString('latin1');
const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex').toString(
  'latin1',
);

const holes = { pattern: '\0', size: '48MiB', allocated: '4KiB', modified: '2011-11-11' };
const islands = { pattern: `x${'\0'.repeat(262_143)}`, size: '8MiB', allocated: '128KiB' };

const rootFiles = {
  '/etc/fstab': [
    '/dev/system/root / ext4 defaults 0 1',
    'LABEL=boot /boot ext3 defaults 0 2',
    'UUID=6f2c2d8e-6c5b-4f43-9d0e-000000000003 /srv/data xfs defaults 0 2\n',
  ].join('\n'),
  '/boot': { directory: true },
  '/srv/data': { directory: true, mode: '0750', modified: '2010-10-10T10:10:10.101010101Z' },
  '/etc/shadow': { text: 'root:*::\n', mode: '0', uid: 12_345, gid: 54_321 },
  '/usr/bin/su': { size: '30KiB', pattern: 'su ', mode: '4755' },
  '/usr/bin/tool': { size: '3MiB', pattern: 'tool ', modified: '2001-02-03T04:05:06.123456789Z' },
  '/usr/bin/same tool': { hardLink: '/usr/bin/tool' },
  '/opt/third': { hardLink: '/usr/bin/tool' },
  '/usr/bin/ping': { text: 'ping', mode: '0755', xattrs: { 'security.capability': capability } },
  '/etc/listed': {
    text: 'more may write\n',
    mode: '0674',
    xattrs: { 'system.posix_acl_access': accessList, 'user.note': 'kept\nover two lines' },
  },
  '/var/lib': { directory: true, xattrs: { 'trusted.overlay': '\0\u00ff\u0010' } },
  '/var/mail': { count: 60, size: '7KiB' },
  '/var/log/lastlog': holes,
  '/var/log/islands': islands,
  '/empty': '',
  '/before 1970': { text: 'x', modified: '1969-12-31T12:00:00.000000001Z' },
  '/after 2038': { text: 'x', modified: '2038-01-19T03:14:08.500000000Z' },
  '/names/-rf/--delete': 'an option\n',
  '/names/new\nline/tab\tand \\ back': 'x',
  '/names/ünïcödé ☃ 😀': 'x',
  '/names/*': 'x',
  '/names/$(touch pwned); `id`': 'x',
  '/names/"\'#!:%?[a]~': 'x',
  '/names/ leading and trailing ': 'x',
  '/names/+ -': { directory: true, mode: '2770' },
  '/links/relative': { symlink: '../etc/fstab', uid: 777, gid: 888 },
  '/links/dangling': { symlink: '/nowhere/at all', modified: '1999-12-31T23:59:59.999999999Z' },
  '/links/outwards': { symlink: '../../../../../../../../etc' },
  '/links/odd\nlink': { symlink: 'to\nnew' },
  '/tmp': { directory: true, mode: '1777' },
  '/tmp/only on the source': 'excluded\n',
};

/** What the standby has otherwise: all of it must be put right, but for what is excluded. */
const standbyRoot = {
  '/etc/shadow': { text: 'root:x::\n', mode: '0644' },
  '/opt/third': 'a file of its own\n',
  '/links/relative/inside': 'in the way\n',
  '/names/-rf/--delete': null,
  '/names/removed since\n': 'to be deleted\n',
  '/var/mail/file0007': 'an older mail\n',
  '/var/lib': { xattrs: {} },
  '/var/log/islands': { size: '8MiB', pattern: 'full ' },
  '/tmp/only on the source': null,
  '/tmp/only on the target': 'protected\n',
};

/**
 * Two hosts and a guest with three file systems on two disks, full of what copies get wrong. The
 * data goes to a peer that is not simulated: only its address, port, key and known_hosts stand in
 * the configuration as they would for any host.
 */
export function flowScenario(peer: ReplicationPeer): Scenario {
  const { elevation, ...replication } = peer;
  const scenario = {
    version: 1,
    seed: 'the full flow',
    configuration: {
      hosts: {
        [sourceHost]: { address: '192.0.2.11' },
        [targetHost]: { address: '192.0.2.12', sudo: elevation === 'sudo', replication },
      },
      guests: { [guest]: { hosts: [sourceHost, targetHost] } },
    },
    hosts: {
      [sourceHost]: { ...common, addresses: ['192.0.2.11'], volumes },
      [targetHost]: {
        like: sourceHost,
        addresses: ['192.0.2.12'],
        bridges: ['br0'],
        changes: [
          { volume: 'host/odd-system', at: 'system/root', files: { '/links/relative': null } },
          { volume: 'host/odd-system', at: 'system/root', files: standbyRoot },
          { volume: 'host/odd-system', at: '1', files: { '/vmlinuz': null, '/old': 'old\n' } },
          { volume: 'host/odd-data', at: '1', files: { '/table': null, '/left over/a': 'a' } },
        ],
      },
    },
    domains: {
      [guest]: {
        disks: { xvda: '/dev/host/odd-system', xvdb: '/dev/host/odd-data' },
        bridges: ['br0'],
        hosts: { [sourceHost]: 'running', [targetHost]: 'shut off' },
      },
    },
  };
  // Every JSON text is a YAML text.
  return parseScenario(JSON.stringify(scenario, undefined, 1), 'the-full-flow.yaml');
}

const common = { bridges: ['br0'], volumeGroups: { host: { size: '8GiB' } } };

const volumes = {
  'host/odd-system': {
    size: '1GiB',
    content: {
      table: 'msdos',
      partitions: {
        1: {
          size: '96MiB',
          content: {
            fileSystem: 'ext3',
            label: 'boot',
            files: { '/vmlinuz': { size: '2MiB', pattern: 'kernel ' }, '/grub/grub.cfg': 'x' },
          },
        },
        2: {
          size: 'rest',
          content: {
            volumeGroup: 'system',
            volumes: {
              root: { size: '512MiB', content: { fileSystem: 'ext4', files: rootFiles } },
            },
          },
        },
      },
    },
  },
  'host/odd-data': {
    size: '512MiB',
    content: {
      table: 'gpt',
      partitions: {
        1: {
          size: 'rest',
          content: {
            fileSystem: 'xfs',
            uuid: '6f2c2d8e-6c5b-4f43-9d0e-000000000003',
            files: { '/table': { size: '5MiB', pattern: 'row ' }, '/deep/er/still/x': 'x' },
          },
        },
      },
    },
  },
};
