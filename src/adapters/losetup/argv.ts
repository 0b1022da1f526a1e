import type { Argv, AttachRequest } from '../../ports/index.js';
import { requirePath } from '../shared/index.js';
import { FILE_HOLDERS_SCRIPT } from '../shared/scripts.js';

/** Kind, size, file system, inode, device number, times of content and of attributes. */
const statFormat = '%F|%s|%d|%i|%t:%T|%.9Y|%.9Z';

/** What lies at a path, links followed. */
export function inspectArgv(path: string): Argv {
  return ['stat', '-L', '-c', statFormat, '--', requirePath('path', path)];
}

/** Bytes of a block device. */
export function sizeArgv(path: string): Argv {
  return ['blockdev', '--getsize64', requirePath('device', path)];
}

/** Counters of a block device, kept by the kernel for disks, partitions and maps alike. */
export function countersArgv(major: number, minor: number): Argv {
  return ['cat', `/sys/dev/block/${String(major)}:${String(minor)}/stat`];
}

/** Shows a file under a name of ours. */
export function bindArgv({ file, mountPoint }: Pick<AttachRequest, 'file' | 'mountPoint'>): Argv {
  return [
    'mount',
    '--bind',
    '--',
    requirePath('file', file),
    requirePath('mount point', mountPoint),
  ];
}

/** Makes a loop device of the file that is shown there, and prints its path. */
export function attachArgv({
  mountPoint,
  access,
  sectorBytes,
}: Pick<AttachRequest, 'mountPoint' | 'access'> & { readonly sectorBytes: 512 | 4096 }): Argv {
  return [
    'losetup',
    ...['--find', '--show'],
    ...(sectorBytes === 512 ? [] : ['--sector-size', String(sectorBytes)]),
    ...(access === 'read-only' ? ['--read-only'] : []),
    ...['--', requirePath('mount point', mountPoint)],
  ];
}

/** Loop devices in use, with the paths their files had when they were opened. */
export function listLoopsArgv(): Argv {
  return ['losetup', '--list', '--json', '--output', 'NAME,BACK-FILE,RO'];
}

/** @throws `internal` for what is no loop device. */
export function detachArgv(device: string): Argv {
  return ['losetup', '--detach', requirePath('loop device', device)];
}

/** fsync of an image file. */
export function syncFileArgv(path: string): Argv {
  return ['sync', '--', requirePath('file', path)];
}

/** Who has a file open, by its inode: other names of it count as well. */
export function fileHoldersArgv(fileSystem: string, inode: string): Argv {
  return ['sh', '-c', FILE_HOLDERS_SCRIPT, 'xen-backup-file-holders', fileSystem, inode];
}
