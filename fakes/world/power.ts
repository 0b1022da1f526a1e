import { reloadRules } from '../daemons/rule-files.js';
import { forgetUnits } from '../daemons/systemd.js';
import { destroyDomain, isActive } from '../domains/operations.js';
import { exists, listDirectory, makeDirectory } from '../filesystem/files.js';
import { rootMount } from '../filesystem/mount-table.js';
import { treeOf } from '../filesystem/mounted-tree.js';
import { removeAt } from '../filesystem/tree-paths.js';
import { timestampFromMs } from '../filesystem/inode.js';
import { activateGroup } from '../lvm/activate-group.js';
import { defaultScope, scanLvm } from '../lvm/scan.js';
import { ProcessKilled } from '../runner/processes.js';
import type { Machine } from './state.js';

/**
 * Cuts the power of a machine and switches it on again: maps, mounts, processes, locks, /run and
 * running guests are gone, dirty journals stay dirty, what was written stays, and the host's
 * volume groups are activated as its boot does.
 */
export function reboot(machine: Machine): void {
  for (const process of machine.processes.values()) process.killed.abort(new ProcessKilled('KILL'));
  machine.processes.clear();
  machine.fileLocks.length = 0;
  for (const domain of [...machine.domains.values()]) {
    if (isActive(domain)) destroyDomain(machine, domain);
  }
  machine.openings.length = 0;
  machine.mounts.splice(1);
  forgetMaps(machine);
  machine.udev.queue.length = 0;
  machine.eventDaemon.monitored.clear();
  forgetUnits(machine);
  machine.bootId = machine.world.identifiers.uuid();
  emptyRunDirectory(machine);
  reloadRules(machine);
  activateHostGroups(machine);
}

function forgetMaps(machine: Machine): void {
  for (const [key, device] of machine.devices) {
    if (device.kind === 'map' || device.kind === 'loop') machine.devices.delete(key);
  }
  machine.tableGeneration += 1;
}

/** /run is a tmpfs of the boot; systemd makes the directories of its own daemons again. */
function emptyRunDirectory(machine: Machine): void {
  if (!exists(machine, '/run')) return;
  const tree = treeOf(machine, rootMount(machine));
  const at = timestampFromMs(machine.world.clock.now());
  for (const { name } of listDirectory(machine, '/run')) removeAt(tree, `/run/${name}`, at);
  const systemd =
    machine.systemd.state === 'running' ? ['/run/systemd', '/run/systemd/system'] : [];
  for (const path of ['/run/udev', '/run/udev/rules.d', ...systemd]) {
    makeDirectory(machine, path, 0o755);
  }
}

function activateHostGroups(machine: Machine): void {
  for (const group of scanLvm(machine, defaultScope(machine)).groups) {
    if (group.missing.length === 0) activateGroup(machine, group);
  }
}
