import type { DiskSource } from '../../core/model/index.js';

type Attributes = Readonly<Record<string, string>>;

/**
 * What a disk's type and the attributes of its source come to. Anything that is no path says what
 * it is instead.
 */
export function diskSource(type: string, source: Attributes | undefined): DiskSource {
  switch (type) {
    case 'block':
      return pathSource('block', source?.['dev']);
    case 'file':
      return pathSource('file', source?.['file']);
    case 'network':
      return other(type, source, ['protocol', 'name']);
    case 'volume':
      return other(type, source, ['pool', 'volume']);
    // dir, nvme, vhostuser, vhostvdpa, and whatever libvirt learns next.
    default:
      return other(type, source, ['dir', 'path', 'dev']);
  }
}

function pathSource(kind: 'block' | 'file', path: string | undefined): DiskSource {
  // A cdrom without a disc has no source, or an empty one.
  if (path === undefined || path === '') return { kind: 'none' };
  return path.startsWith('/')
    ? { kind, path }
    : { kind: 'other', description: `${kind} ${path} (no absolute path)` };
}

function other(type: string, source: Attributes | undefined, keys: readonly string[]): DiskSource {
  if (source === undefined) return { kind: 'none' };
  const values = keys.map((key) => source[key] ?? '').filter((value) => value !== '');
  return {
    kind: 'other',
    description: [type, values.join('/')].filter((part) => part !== '').join(' '),
  };
}
