import { keep, keepShell, type RecordingCase, run, shell } from './case.js';

/** libvirt with the Xen driver: two guests run, one is shut off. */
const virshCases: readonly RecordingCase[] = [
  keep('virsh/list-all', 'virsh', 'list', '--all'),
  keep('virsh/list-all-name', 'virsh', 'list', '--all', '--name'),
  keep('virsh/list-all-uuid-name', 'virsh', 'list', '--all', '--uuid', '--name'),
  keep('virsh/domstate-running', 'virsh', 'domstate', 'dc1'),
  keep('virsh/domstate-shut-off', 'virsh', 'domstate', 'dc3'),
  keep('virsh/domstate-reason', 'virsh', 'domstate', '--reason', 'dc3'),
  keep('virsh/domstate-unknown', 'virsh', 'domstate', 'nosuch'),
  keep('virsh/domstats-state', 'virsh', 'domstats', '--state', '--raw'),
  keep('virsh/dumpxml-inactive', 'virsh', 'dumpxml', '--inactive', 'dc1'),
  keep('virsh/dumpxml', 'virsh', 'dumpxml', 'dc1'),
  keep('virsh/dumpxml-two-disks', 'virsh', 'dumpxml', '--inactive', 'dc2'),
  keep('virsh/dumpxml-shut-off', 'virsh', 'dumpxml', '--inactive', 'dc3'),
  keep('virsh/domblklist-two-disks', 'virsh', 'domblklist', '--details', 'dc2'),
  keep('virsh/dominfo', 'virsh', 'dominfo', 'dc1'),
  keep('virsh/dominfo-shut-off', 'virsh', 'dominfo', 'dc3'),
  keep('virsh/suspend', 'virsh', 'suspend', 'dc2'),
  keep('virsh/domstate-paused', 'virsh', 'domstate', 'dc2'),
  keep('virsh/list-all-paused', 'virsh', 'list', '--all'),
  keep('virsh/resume', 'virsh', 'resume', 'dc2'),
  keep('virsh/domfsfreeze', 'virsh', 'domfsfreeze', 'dc2'),
  keep('virsh/version', 'virsh', 'version'),
  keep('virsh/uri', 'virsh', 'uri'),
  keep('virsh/start-running', 'virsh', 'start', 'dc1'),
  keep('virsh/bad-uri', 'virsh', '-c', 'xen+ssh://nowhere/', 'list'),
];

const copy = ['-aHAXS', '--numeric-ids', '--delete'];
const stats = ['--stats', '--no-human-readable', '--info=progress2'];
const ends = ['/var/tmp/s/', '/var/tmp/t/'];
const far = ['-e', 'ssh -o BatchMode=yes', '/var/tmp/s/', 'dom0b:/var/tmp/t/'];

const trees = `rm -rf /var/tmp/s /var/tmp/t; mkdir -p /var/tmp/s /var/tmp/t
cp -a /etc /var/tmp/s/; cp -a /var/tmp/s/. /var/tmp/t/; rm -rf /var/tmp/t/etc/ssh
touch /var/tmp/t/extra /var/tmp/s/new; echo changed >> /var/tmp/s/etc/fstab`;

const rsyncCases: readonly RecordingCase[] = [
  keepShell('rsync/version', 'rsync --version | head -3'),
  shell(trees),
  keep('rsync/dry-progress2', 'rsync', '-n', ...stats, ...copy, ...ends),
  keep('rsync/dry-human', 'rsync', '-n', '--stats', ...copy, ...ends),
  keep(
    'rsync/dry-max-delete-exceeded',
    'rsync',
    '-n',
    ...stats,
    ...copy,
    '--max-delete=0',
    ...ends,
  ),
  keep('rsync/dry-out-format', 'rsync', '-n', '--stats', '--out-format=%i %n', ...copy, ...ends),
  keep('rsync/max-delete-exceeded', 'rsync', ...stats, ...copy, '--max-delete=0', ...ends),
  keep('rsync/real-progress2', 'rsync', ...stats, ...copy, ...ends),
  keep('rsync/nothing-to-do', 'rsync', ...stats, ...copy, ...ends),
  keep('rsync/source-missing', 'rsync', ...copy, '/var/tmp/nosuch/', '/var/tmp/t/'),
  keep('rsync/over-ssh', 'rsync', ...stats, ...copy, ...far),
  keep('rsync/over-ssh-nothing-to-do', 'rsync', ...stats, ...copy, ...far),
  run('ssh', 'dom0b', 'rm -rf /var/tmp/t'),
  shell('rm -rf /var/tmp/s /var/tmp/t'),
];

const flock = ['flock', '--nonblock', '--conflict-exit-code', '75'] as const;
const hold = `(${flock.join(' ')} /run/lock/lab-test sleep 5 >/dev/null 2>&1 &); sleep 1`;

const flockCases: readonly RecordingCase[] = [
  keep('flock/free', ...flock, '/run/lock/lab-test', 'sh', '-c', 'echo held'),
  shell(hold),
  keep('flock/busy', ...flock, '/run/lock/lab-test', 'sh', '-c', 'echo held'),
  keep('flock/command-fails', ...flock, '/run/lock/lab-other', 'sh', '-c', 'exit 3'),
  keep('flock/no-folder', ...flock, '/run/nosuch/x', 'true'),
  run('rm', '-f', '/run/lock/lab-test', '/run/lock/lab-other'),
];

export const controlCases: readonly RecordingCase[] = [...virshCases, ...rsyncCases, ...flockCases];
