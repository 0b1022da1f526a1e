import type { Names } from './names.js';

/** Options on which the place of a line in the mount plan depends. All others may hold secrets. */
const keptOptions = /^(?:defaults|noauto|auto|bind|rbind|_netdev|nofail|ro|rw|subvol(?:id)?=.*)$/;

/** A server and what it exports: `nas:/export`, `//nas/export`, `user@nas:`. */
const shared = /^(?:[^=/]+:|\/\/)/;

/**
 * An fstab with nothing in it but what decides the order of mounting: no comments, no options that
 * may be credentials. Lines keep their numbers, and devices the names that lead to them.
 */
export function reduceFstab(text: string, names: Names): string {
  return text
    .split('\n')
    .map((raw) => reduceLine(raw.replace(/\r$/, '').trim(), names))
    .join('\n');
}

function reduceLine(line: string, names: Names): string {
  if (line === '' || line.startsWith('#')) return '';
  const [device, mountPoint, type, options = 'defaults', ...rest] = line.split(/[ \t]+/);
  if (device === undefined || mountPoint === undefined || type === undefined) {
    return names.malformed(line);
  }
  const kept = options.split(',').filter((option) => keptOptions.test(option));
  const name = shared.test(device) ? names.share(device) : names.device(device);
  const numbers = rest.slice(0, 2).filter((field) => /^\d$/.test(field));
  return [name, mountPoint, type, kept.join(',') || 'defaults', ...numbers].join(' ');
}
