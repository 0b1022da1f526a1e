import { deviceOf, keyOf, sectorsOf } from '../block/devices.js';
import { activeSnapshots } from '../block/snapshots.js';
import { sectorBytes } from '../block/types.js';
import { noteFileSystemWrite } from '../block/writes.js';
import {
  domainNamed,
  isActive,
  shutDownDomain,
  startDomain,
  suspendDomain,
} from '../domains/operations.js';
import { fileSystemOf } from '../filesystem/mounted-tree.js';
import { locate } from '../filesystem/path-walk.js';
import type { MountRecord } from '../filesystem/types.js';
import { unmountLazily } from '../filesystem/unmounting.js';
import { cutLink, healLinkLater } from '../network/links.js';
import { outside } from '../network/types.js';
import { addIdleProcess, changeDirectory, removeProcess } from '../runner/processes.js';
import type { Machine } from '../world/state.js';
import type { CommandFault, FaultEffect, WorldFault } from './types.js';

/** Tells what happens to the world from what happens to the command. */
export function isWorldFault(effect: FaultEffect): effect is WorldFault {
  const command: Readonly<Record<CommandFault['kind'], true>> = {
    fail: true,
    hang: true,
    lie: true,
    garble: true,
    truncate: true,
    delay: true,
    kill: true,
    die: true,
  };
  return !Object.hasOwn(command, effect.kind);
}

/** Lets something happen on a machine, at once. */
export function applyWorldFault(machine: Machine, fault: WorldFault): void {
  switch (fault.kind) {
    case 'cut-network':
      cutNetwork(machine, fault);
      return;
    case 'fill-snapshots':
      fillSnapshots(machine);
      return;
    case 'fill-file-system': {
      const { tree } = fileSystemOf(machine, locate(machine, fault.path).mount);
      tree.capacityBytes = tree.usedBytes;
      return;
    }
    case 'hold-mount':
      holdMount(machine, mountMeant(machine, fault.path), fault.lastsMs);
      return;
    case 'unmount':
      unmountLazily(machine, mountMeant(machine, fault.path));
      return;
    case 'start-domain':
      startDomain(machine, domainNamed(machine, fault.domain));
      return;
    case 'suspend-domain':
      suspendDomain(machine, domainNamed(machine, fault.domain));
      return;
    case 'stop-domain': {
      const domain = domainNamed(machine, fault.domain);
      if (isActive(domain)) shutDownDomain(machine, domain);
      return;
    }
    case 'stop-libvirt':
      machine.hypervisor.running = false;
      return;
    case 'happen':
      fault.happen();
      return;
  }
}

function cutNetwork(machine: Machine, fault: WorldFault & { readonly kind: 'cut-network' }): void {
  const { world, name } = machine;
  const others = [outside, ...world.machines.keys()].filter((other) => other !== name);
  const peers = fault.peer === undefined ? others : [fault.peer];
  for (const peer of peers) cutLink(world, name, peer);
  if (fault.lastsMs === undefined) return;
  for (const peer of peers) healLinkLater(world, name, peer, fault.lastsMs);
}

/** Writes to the origin of each thick snapshot until it can take no more. */
function fillSnapshots(machine: Machine): void {
  for (const { target, store } of activeSnapshots(machine)) {
    const origin = [...machine.devices.values()].find(
      (device) =>
        device.kind === 'map' &&
        device.table.some(
          (line) => line.kind === 'snapshot-origin' && line.device === target.origin,
        ),
    );
    const key = origin === undefined ? target.origin : keyOf(origin.number);
    const size = sectorsOf(deviceOf(machine, key)) * sectorBytes;
    if (store.status === 'valid') noteFileSystemWrite(machine, key, size);
  }
}

/** The mount at a path; without one, the newest of those under our run directory. */
function mountMeant(machine: Machine, path: string | undefined): MountRecord {
  if (path !== undefined) return locate(machine, path).mount;
  const ours = machine.mounts.findLast(
    ({ mountPoint, image }) => mountPoint.startsWith('/run/xen-backup/') && image === undefined,
  );
  // A fault that strikes when nothing of ours is mounted is a mistake of the script.
  if (ours === undefined) throw new Error(`nothing of ours is mounted on ${machine.name}`);
  return ours;
}

function holdMount(machine: Machine, mount: MountRecord, lastsMs: number): void {
  const process = addIdleProcess(machine, { argv: ['find', mount.mountPoint] });
  changeDirectory(process, locate(machine, mount.mountPoint));
  machine.world.clock.scheduleBackground(lastsMs, () => {
    removeProcess(machine, process);
  });
}
