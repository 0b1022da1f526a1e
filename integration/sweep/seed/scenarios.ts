import { scenarioText } from '../scenarios.js';

/** The article's guest on two hosts. */
export const articleGuest = scenarioText('wrong-fstab');

/** Three guests on three hosts, one of them the article's. */
export const threeHosts = scenarioText('three-hosts');

/** The article's guest in another state on its own host, or on the standby's. */
export function withState(host: string, state: string): string {
  return articleGuest.replace(new RegExp(`${host}: (running|shut off)`), `${host}: ${state}`);
}

/** A host with a second address, as DNS gives it. */
export const severalAddresses = articleGuest.replace(
  'addresses: [192.0.2.11]',
  'addresses: [10.1.1.1, 192.0.2.11]',
);

/** Its second disk is an image in a file. */
export const fileDisk = articleGuest
  .replace(
    'disks: { xvda: /dev/VolGroupXX/LogVolDc1 }',
    'disks: { xvda: /dev/VolGroupXX/LogVolDc1, xvdb: { source: /srv/data.img, kind: file } }',
  )
  .replace('\n    volumes:\n', '\n    images: { /srv/data.img: { size: 16MiB } }\n    volumes:\n');

/** The first disk's nested volumes, with these beside the root; the standby has older files. */
function nested(volumes: string): string {
  const at = articleGuest.indexOf('\n  dom0b:');
  return `${articleGuest.slice(0, at).trimEnd()}\n${volumes}${articleGuest.slice(at)}`;
}

function volume(name: string, size: string, content: string): string {
  return `                  ${name}: { size: ${size}, content: { ${content} } }\n`;
}

const mail = 'fileSystem: ext3, files: { /anna: { count: 5, size: 4KiB } }';
const olderMail = `      - volume: VolGroupXX/LogVolDc1
        at: VolGroup00/LogVol02
        files: { /anna/file0001: "older\\n" }\n`;

function withOlderMail(text: string): string {
  return text.replace('\ndomains:', `${olderMail}\ndomains:`);
}

/** /home has a volume of its own. */
export const ownHome = withOlderMail(nested(volume('LogVol02', '100MiB', mail)));

/** The same, and swap between the two. */
export const ownHomeAndSwap = withOlderMail(
  nested(volume('LogVol01', '50MiB', 'swap: true') + volume('LogVol02', '100MiB', mail)),
);

/** The file system lies on the bare volume, and its snapshot overflows before rsync has begun. */
export const bareOverflow = `${twoHosts({
  volumes: `      VolGroupXX/LogVolDc1:
        size: 1GiB
        content:
          fileSystem: ext3
          files: { /srv/a: { count: 50, size: 8KiB }, /srv/b: { count: 50, size: 8KiB } }
`,
  change: '{ volume: VolGroupXX/LogVolDc1, files: { /srv/a/file0001: "older\\n" } }',
  disks: '{ xvda: /dev/VolGroupXX/LogVolDc1 }',
})}faults:
  - { host: dom0a, command: mount -t ext3 -o ro, when: after, effect: { fillSnapshots: true } }
  - { host: dom0a, command: rsync -avz, effect: { delay: 2s } }
`;

/** Hard links and attributes that the standby does not have yet. */
export const newLinks = articleGuest
  .replace(
    '/srv/files: { count: 50, size: 8KiB }\n',
    `/srv/files: { count: 50, size: 8KiB }
                        /usr/bin/zcat: { size: 60KiB, pattern: "gzip " }
                        /usr/bin/gunzip: { hardLink: /usr/bin/zcat }
                        /srv/noted: { text: "kept\\n", xattrs: { user.comment: "kept" } }\n`,
  )
  .replace(
    'files: { /srv/files/file0001: "older\\n",',
    'files: { /usr/bin/zcat: null, /usr/bin/gunzip: null, /srv/noted: null, ' +
      '/srv/files/file0001: "older\\n",',
  );

/** A volume group that belongs to somebody else, and of which nothing is in use. */
export const othersGroup = articleGuest
  .replace('VolGroupXX: { size: 4GiB }', 'VolGroupXX: { size: 4GiB }, Other: { size: 1GiB }')
  .replace('    volumes:\n', '    volumes:\n      Other/Data: { size: 500MiB }\n');

/** Two guests of one template; the run's number stands in the name of one of their volumes. */
export const numberInName = scenarioText('cloned-guests')
  .replaceAll('VolGroupXX/web1', 'VolGroupXX/web-42421')
  .replaceAll('VolGroupXX/web2', 'VolGroupXX/web1-4242')
  .replace(
    /web2:\n {4}disks: (.*)\n {4}hosts: .*/,
    'web2:\n    disks: $1\n    hosts: { dom0a: shut off, dom0b: running }',
  );

/** A second disk with a volume group of its own on its second partition. */
export const twoDisks = twoHosts({
  volumes: ['1', '2'].map((disk) => diskOf(disk)).join(''),
  change: '{ volume: VolGroupXX/Disk2, at: Data2/LogVol2, files: { /data/file0001: "older\\n" } }',
  disks: '{ xvda: /dev/VolGroupXX/Disk1, xvdb: /dev/VolGroupXX/Disk2 }',
});

/** dc1 runs on dom0a; dom0b has the same volumes with one older file. */
function twoHosts(guest: {
  /** Lines under `volumes:`. */
  readonly volumes: string;
  readonly change: string;
  readonly disks: string;
}): string {
  return `
version: 1
configuration:
  hosts: { dom0a: { address: 192.0.2.11 }, dom0b: { address: 192.0.2.12 } }
  guests: { dc1: { hosts: [dom0a, dom0b] } }
hosts:
  dom0a:
    addresses: [192.0.2.11]
    volumeGroups: { VolGroupXX: { size: 4GiB } }
    volumes:
${guest.volumes}  dom0b:
    like: dom0a
    addresses: [192.0.2.12]
    changes:
      - ${guest.change}
domains:
  dc1:
    disks: ${guest.disks}
    hosts: { dom0a: running, dom0b: shut off }
`;
}

function diskOf(number: string): string {
  const table = number === '1' ? '/etc/fstab: "/dev/Data1/LogVol1 / ext3 defaults 1 1\\n", ' : '';
  const files = `{ ${table}/data: { count: 5, size: 4KiB } }`;
  return `      VolGroupXX/Disk${number}:
        size: 600MiB
        content:
          table: msdos
          partitions:
            2:
              size: rest
              content:
                volumeGroup: Data${number}
                volumes:
                  LogVol${number}: { size: 400MiB, content: { fileSystem: ext3, files: ${files} } }
`;
}
