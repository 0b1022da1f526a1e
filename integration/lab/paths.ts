import path from 'node:path';
import { flavour } from './flavours/chosen.js';

/**
 * The one folder that holds everything this flavour of the lab makes; never inside the repository.
 * Flavours lie side by side: XEN_BACKUP_LAB_DIR names the folder of the first.
 */
const cacheDir = path.resolve(
  `${process.env['XEN_BACKUP_LAB_DIR'] ?? '/var/cache/xen-backup-lab'}${flavour.suffix}`,
);

const inCache = (...parts: string[]): string => path.join(cacheDir, ...parts);

export const paths = {
  cache: cacheDir,
  /** The Debian system that both Dom0 images are made of. */
  rootTree: inCache('root-tree'),
  work: inCache('work'),
  stamps: inCache('stamps'),
  kernels: inCache('boot'),
  hypervisor: inCache('boot', 'xen'),
  kernel: inCache('boot', 'vmlinuz'),
  initrd: inCache('boot', 'initrd'),
  guestInitrd: inCache('boot', 'guest-initrd'),
  keys: inCache('ssh'),
  key: inCache('ssh', 'id_ed25519'),
  sshConfig: inCache('ssh', 'ssh_config'),
  knownHosts: inCache('ssh', 'known_hosts'),
  controlSockets: inCache('ssh', 'control'),
  images: inCache('images'),
  prepared: inCache('prepared'),
  baseline: inCache('prepared', 'baseline.json'),
  run: inCache('run'),
  lock: inCache('lab.lock'),
} as const;

/** `root` and `volumes`: the two disks of a host. */
export type DiskRole = 'root' | 'volumes';

export const diskRoles: readonly DiskRole[] = ['root', 'volumes'];

/** The immutable image that a build made. */
export const baseImage = (host: string, role: DiskRole): string =>
  inCache('images', `${host}-${role}.raw`);

/** The overlay that holds the saved machine. Copied, never booted. */
export const preparedOverlay = (host: string, role: DiskRole): string =>
  inCache('prepared', `${host}-${role}.qcow2`);

/** The overlay of the running machine. */
export const runOverlay = (host: string, role: DiskRole): string =>
  inCache('run', `${host}-${role}.qcow2`);

export const runFile = (host: string, suffix: string): string =>
  inCache('run', `${host}.${suffix}`);
