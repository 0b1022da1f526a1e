import type { DeviceNumber } from '../../src/core/model/index.js';
import type { Machine } from '../world/state.js';
import type { MountRecord } from './types.js';

/** The mount that covers everything else. */
export function rootMount(machine: Machine): MountRecord {
  const root = machine.mounts[0];
  // A machine is built with its root mounted; nothing can take it away.
  if (root === undefined) throw new Error(`${machine.name} has no root file system`);
  return root;
}

/** The mount that lies on top of a mount's directory, by its resolved path. */
export function mountOn(
  machine: Machine,
  parent: MountRecord,
  mountPoint: string,
): MountRecord | undefined {
  return machine.mounts.findLast(
    (mount) => mount.mountPoint === mountPoint && mount.parentId === parent.id,
  );
}

/** The topmost mount at a resolved path. */
export function topMountAt(machine: Machine, mountPoint: string): MountRecord | undefined {
  return machine.mounts.findLast((mount) => mount.mountPoint === mountPoint);
}

/** Mounts that lie inside another one. */
export function childMounts(machine: Machine, mount: MountRecord): readonly MountRecord[] {
  return machine.mounts.filter((other) => other.parentId === mount.id && other.id !== mount.id);
}

export function sameDevice(left: DeviceNumber, right: DeviceNumber): boolean {
  return left.major === right.major && left.minor === right.minor;
}

/** Mounts of one super block. */
export function mountsOfDevice(machine: Machine, device: DeviceNumber): readonly MountRecord[] {
  return machine.mounts.filter((mount) => sameDevice(mount.device, device));
}

export function nextMountId(machine: Machine): number {
  return machine.world.identifiers.next(`mount ${machine.name}`) + 20;
}

/** A device number for a file system without a block device. */
export function anonymousDevice(machine: Machine): DeviceNumber {
  return { major: 0, minor: machine.world.identifiers.next(`anonymous ${machine.name}`) + 20 };
}

/** True when nothing may be written through this mount. */
export function isReadOnly(mount: MountRecord): boolean {
  return mount.options.includes('ro') || mount.superOptions.includes('ro');
}

/** Text of /proc/self/mountinfo. */
export function mountInfoText(machine: Machine): string {
  return machine.mounts.map((mount) => `${mountInfoLine(mount)}\n`).join('');
}

function mountInfoLine(mount: MountRecord): string {
  const { id, parentId, device, root, mountPoint, options, type, source, superOptions } = mount;
  return [
    id,
    parentId,
    `${device.major}:${device.minor}`,
    escapeField(root),
    escapeField(mountPoint),
    options.join(','),
    // systemd makes every mount of a host a shared one.
    `shared:${id}`,
    '-',
    type,
    escapeField(source),
    superOptions.map(escapeField).join(','),
  ].join(' ');
}

/** The kernel writes space, tab, line feed and backslash as octal escapes. */
function escapeField(text: string): string {
  return text.replaceAll(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

/** st_dev as stat(1) prints it in decimal (makedev of glibc). */
export function deviceNumberInDecimal({ major, minor }: DeviceNumber): string {
  const low = (BigInt(major & 0xfff) << 8n) | BigInt(minor & 0xff);
  const high = (BigInt(minor & ~0xff) << 12n) | (BigInt(major & ~0xfff) << 32n);
  return String(low | high);
}
