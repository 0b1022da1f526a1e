import { keyOf } from '../../block/devices.js';
import { loopDevices } from '../../block/loops.js';
import { nbdDevices } from '../../block/nbd.js';
import { mapsOver } from '../../block/openings.js';
import type { DeviceOpening, LoopDevice } from '../../block/types.js';
import { mountsOfDevice } from '../../filesystem/mount-table.js';
import { usersOfDevice } from '../../filesystem/unmounting.js';
import { workingDirectoryOf } from '../../runner/processes.js';
import type { Machine, SimulatedProcess } from '../../world/state.js';
import { printed } from '../types.js';
import type { SimulatedScript } from './types.js';

/** HOLDERS_SCRIPT: who holds a device or a file system mounted from it. */
export const holdersScript: SimulatedScript = async (machine, [, key = '']) => {
  const [major = 0, minor = 0] = key.split(':').map(Number);
  const openings = machine.openings.filter(({ device }) => device === key).map(({ by }) => by);
  const opened = openings.flatMap((by) => (by.kind === 'process' ? [by.processId] : []));
  const users = usersOfDevice(machine, { major, minor });
  const processes = [...new Set([...opened, ...users])]
    .sort((left, right) => left - right)
    .flatMap((processId) => machine.processes.get(processId) ?? [])
    .map((process) => processLine(process, new Set(opened).has(process.processId)));
  const mounts = mountsOfDevice(machine, { major, minor }).map(
    ({ mountPoint }) => `mount\t${mountPoint}\n`,
  );
  const maps = mapsOver(machine, key).map(({ name, uuid }) => `map\t${name}\t${uuid}\n`);
  const others = openings.map((by) => otherLine(machine, by, `/dev/dm-${minor}`));
  const server = serverLine(machine, key);
  return printed([...processes, server, ...mounts, ...maps, ...others].join(''));
};

function processLine(process: SimulatedProcess, hasItOpen: boolean): string {
  const directory = workingDirectoryOf(process);
  const use =
    hasItOpen || directory === undefined ? ['fd/3', ''] : ['cwd', process.workingDirectory];
  return `${['process', process.processId, ...use, process.name].join('\t')}\n`;
}

/** What holds a device without a process. */
function otherLine(machine: Machine, by: DeviceOpening['by'], path: string): string {
  if (by.kind === 'swap') return 'swap\t/dev/swap\n';
  if (by.kind !== 'domain') return '';
  const id = machine.domains.get(by.domain)?.id ?? 0;
  // On Xen the back end is the kernel; under KVM it is a process, in a /dev of its own (recorded).
  return machine.hypervisor.driver === 'Xen'
    ? `guest\t${id}\tvbd-${id}-51712\n`
    : `process\t${10_000 + id}\tfd/15\t${path}\tqemu-system-x86\n`;
}

/** A qemu-nbd has the device that it serves open itself. */
function serverLine(machine: Machine, key: string): string {
  const served = nbdDevices(machine).find(({ number }) => keyOf(number) === key);
  if (served?.server === undefined) return '';
  const { processId } = served.server;
  return `process\t${String(processId)}\tfd/13\t/dev/${served.kernelName}\tqemu-nbd\n`;
}

/** FILE_HOLDERS_SCRIPT: the loop devices of an image, and QEMUs, by whatever path. */
export const fileHoldersScript: SimulatedScript = async (machine, [, , inode = '']) => {
  const image = machine.images.get(Number(inode));
  const loops = loopDevices(machine).filter(({ space }) => space === image?.space);
  const isQcow2 = image?.qcow2 !== undefined;
  return printed(loops.map((loop) => fileHolderLine(machine, loop, isQcow2)).join(''));
};

function fileHolderLine(machine: Machine, loop: LoopDevice, isQcow2: boolean): string {
  const { kernelName, backingFile, server, owner } = loop;
  if (server !== undefined) {
    return `process\t${String(server.processId)}\tfd/10\t${backingFile}\tqemu-nbd\n`;
  }
  if (!isQcow2 || owner === undefined) return `loop\t${kernelName}\t${backingFile}\n`;
  const id = machine.domains.get(owner)?.id ?? 0;
  return `process\t${String(10_000 + id)}\tfd/16\t${backingFile}\tqemu-system-i38\n`;
}
