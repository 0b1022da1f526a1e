import { contentOn } from '../block/contents.js';
import { deviceAt, keyOf, mainPath, sectorsOf } from '../block/devices.js';
import { mapsOver } from '../block/openings.js';
import type { BlockDevice } from '../block/types.js';
import { sectorBytes } from '../block/types.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import type { SimulatedFileSystem } from './file-system.js';
import { MountError } from './mount-error.js';
import { checkOptions, type ParsedMountOptions, parseMountOptions } from './mount-options.js';
import { mountsOfDevice, nextMountId, sameDevice, topMountAt } from './mount-table.js';
import { asSimulated } from './as-simulated.js';
import { accountWrite } from './mounted-tree.js';
import { inodeAt, type Location, locate } from './path-walk.js';
import { exists } from './files.js';
import { KernelError } from './errno.js';
import { traitsOf } from './traits.js';
import type { MountRecord } from './types.js';

export interface DeviceMountRequest {
  readonly device: string;
  readonly mountPoint: string;
  /** `auto`: whatever is found. */
  readonly type: string;
  readonly options: readonly string[];
}

/** A mount that worked, and whether the kernel made it read-only against the request. */
export interface MountResult {
  readonly mount: MountRecord;
  readonly warning?: 'write-protected';
}

/**
 * Mounts a block device as the kernel does.
 *
 * @throws MountError
 */
export function mountDevice(machine: Machine, request: DeviceMountRequest): MountResult {
  const target = mountTarget(machine, request.mountPoint);
  const device = sourceDevice(machine, request.device);
  if (request.type !== 'auto' && traitsOf(request.type) === undefined) {
    throw new MountError('unknown-type', request.type);
  }
  const options = parseMountOptions(request.options);
  const shared = mountsOfDevice(machine, device.number)[0];
  if (shared !== undefined) return shareSuperblock(machine, shared, target, options);
  if (mapsOver(machine, keyOf(device.number)).length > 0) {
    throw new MountError('busy', mainPath(device));
  }
  const fileSystem = readableFileSystem(machine, device, request.type);
  checkOptions(fileSystem, options, mainPath(device));
  refuseDuplicateUuid(machine, fileSystem, options, device);
  requireAllDevices(machine, fileSystem, options, device);
  const type = request.type === 'auto' ? fileSystem.superblock.type : request.type;
  return attach(machine, { device, fileSystem, options, target, type });
}

interface Attachment {
  readonly device: BlockDevice;
  readonly fileSystem: SimulatedFileSystem;
  readonly options: ParsedMountOptions;
  readonly target: Location;
  readonly type: string;
}

function attach(machine: Machine, attachment: Attachment): MountResult {
  const { device, fileSystem, options, target, type } = attachment;
  const protectedDevice = device.readOnly && options.access === 'rw';
  const access = device.readOnly ? 'ro' : options.access;
  const dirty = fileSystem.journal === 'needs-recovery' && !options.skipsReplay;
  if (device.readOnly && dirty) throw new MountError('read-only-device', mainPath(device));
  const mount: MountRecord = {
    id: nextMountId(machine),
    parentId: target.mount.id,
    mountPoint: target.path,
    source: mainPath(device),
    type,
    options: [access, ...options.perMount],
    superOptions: [access, ...options.perSuperblock],
    device: device.number,
    root: options.subvolume ?? '/',
  };
  if (access === 'rw') fileSystem.beginUse(machine.world.clock.now());
  else if (dirty) fileSystem.replay();
  machine.mounts.push(mount);
  const by = { kind: 'mount', mountId: mount.id } as const;
  machine.openings.push({ device: keyOf(device.number), by });
  if (access === 'rw' || dirty) accountMountWrite(machine, mount);
  return { mount, ...(protectedDevice ? { warning: 'write-protected' as const } : {}) };
}

/** Replay and the superblock's stamps are writes like any other: a tiny snapshot can break. */
function accountMountWrite(machine: Machine, mount: MountRecord): void {
  try {
    accountWrite(machine, mount, 64 * 1024);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
  }
}

/** A second mount of the same superblock: the access must be the same. */
function shareSuperblock(
  machine: Machine,
  shared: MountRecord,
  target: Location,
  options: ParsedMountOptions,
): MountResult {
  const sameAccess = shared.superOptions.includes(options.access);
  const top = topMountAt(machine, target.path);
  const onTop = top !== undefined && sameDevice(top.device, shared.device);
  if (!sameAccess || onTop)
    throw new MountError('already-mounted', shared.source, shared.mountPoint);
  const mount: MountRecord = {
    ...shared,
    id: nextMountId(machine),
    parentId: target.mount.id,
    mountPoint: target.path,
    options: [options.access, ...options.perMount],
    root: options.subvolume ?? '/',
  };
  machine.mounts.push(mount);
  const by = { kind: 'mount', mountId: mount.id } as const;
  machine.openings.push({ device: keyOf(shared.device), by });
  return { mount };
}

/** Where a path leads in the host's own name space: links are followed, as the kernel does. */
export function mountTarget(machine: Machine, path: string): Location {
  let target: Location;
  try {
    target = locate(machine, path);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new MountError('no-mount-point', path);
  }
  if (inodeAt(machine, target).kind !== 'd') throw new MountError('not-a-directory', path);
  return target;
}

function sourceDevice(machine: Machine, path: string): BlockDevice {
  const device = deviceAt(machine, path);
  if (device !== undefined) return device;
  const kind = exists(machine, path) ? 'not-a-block-device' : 'no-device';
  throw new MountError(kind, path);
}

function readableFileSystem(
  machine: Machine,
  device: BlockDevice,
  type: string,
): SimulatedFileSystem {
  const path = mainPath(device);
  const found = readContent(machine, device);
  if (found?.content.kind !== 'file-system') throw new MountError('wrong', path);
  const fileSystem = asSimulated(found.content.image);
  const { superblock } = fileSystem;
  const fits = found.fit === 'whole' && superblock.sizeBytes <= sectorsOf(device) * sectorBytes;
  if (!fits || !mountsAs(superblock.type, type)) throw new MountError('wrong', path);
  return fileSystem;
}

function readContent(machine: Machine, device: BlockDevice): ReturnType<typeof contentOn> {
  try {
    return contentOn(machine, keyOf(device.number));
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    throw new MountError('unreadable', mainPath(device));
  }
}

/** ext4's driver takes all of its family; the older types refuse what they do not know. */
function mountsAs(actual: string, asked: string): boolean {
  if (asked === 'auto') return true;
  const family = ['ext2', 'ext3', 'ext4'];
  if (!family.includes(actual) || !family.includes(asked)) return actual === asked;
  return family.indexOf(actual) <= family.indexOf(asked);
}

function refuseDuplicateUuid(
  machine: Machine,
  fileSystem: SimulatedFileSystem,
  options: ParsedMountOptions,
  device: BlockDevice,
): void {
  if (!fileSystem.traits.uuidMustBeUnique || options.perSuperblock.includes('nouuid')) return;
  const { type, uuid } = fileSystem.superblock;
  const duplicate = machine.mounts.some((mount) => {
    if (mount.type !== type || mount.image !== undefined) return false;
    const mounted = contentOf(machine, mount);
    return mounted?.superblock.uuid === uuid;
  });
  // Linux 6.1: XFS and btrfs answer with different errors.
  if (duplicate) throw new MountError(type === 'btrfs' ? 'exists' : 'wrong', mainPath(device));
}

/** A btrfs on several devices is looked for on those that are named, and nowhere else. */
function requireAllDevices(
  machine: Machine,
  { superblock }: SimulatedFileSystem,
  options: ParsedMountOptions,
  device: BlockDevice,
): void {
  const given = options.devices.map((path) => {
    const found = readContent(machine, sourceDevice(machine, path))?.content;
    if (found?.kind !== 'other' || found.uuid !== superblock.uuid) return undefined;
    return found.subUuid;
  });
  const isWhole = (superblock.otherDevices ?? []).every((uuid) => given.includes(uuid));
  if (!isWhole || given.includes(undefined)) {
    throw new MountError('missing-device', mainPath(device));
  }
}

function contentOf(machine: Machine, mount: MountRecord): SimulatedFileSystem | undefined {
  try {
    const found = contentOn(machine, keyOf(mount.device));
    return found?.content.kind === 'file-system' ? asSimulated(found.content.image) : undefined;
  } catch (error) {
    // A dead snapshot keeps its mount; what its UUID was cannot be asked any more.
    if (isSimulationError(error)) return undefined;
    throw error;
  }
}
