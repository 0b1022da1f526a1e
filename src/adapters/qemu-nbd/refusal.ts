import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { ImageInfo, NbdDevices } from './parse.js';

/** Why an image cannot be opened as its guest does; `undefined` when it can. */
export function refuseImage(
  host: HostName,
  path: string,
  info: ImageInfo,
): XenBackupError | undefined {
  const [snapshot] = info.snapshots;
  if (info.condition === 'corrupt') {
    const remedy = `Look at it with qemu-img check ${path}, with the guest shut off.`;
    return refused(`${path} on ${host} is marked as damaged by QEMU`, remedy);
  }
  if (info.condition === 'dirty') {
    const remedy = `Start and shut down its guest there, or repair it: qemu-img check -r all ${path}`;
    return refused(`${path} on ${host} was not closed in order (its dirty bit is set)`, remedy);
  }
  if (info.encryption !== undefined) {
    const remedy = 'Encrypt inside the guest instead: what is encrypted there is copied by blocks.';
    return refused(`${path} on ${host} is encrypted by QEMU (${info.encryption})`, remedy);
  }
  if (info.backingFile !== undefined) {
    return refused(
      `${path} on ${host} shows another image, ${info.backingFile}, through it`,
      'Only images that stand alone are opened. With the guest shut off: ' +
        `qemu-img rebase -b '' -F qcow2 ${path}, or virsh blockpull while it runs.`,
    );
  }
  if (info.dataFile !== undefined) {
    const remedy = 'Convert it to an image that has its data itself: qemu-img convert -O qcow2.';
    return refused(
      `${path} on ${host} has its data in a file of its own, ${info.dataFile}`,
      remedy,
    );
  }
  if (snapshot !== undefined) {
    return refused(
      `${path} on ${host} has snapshots inside (${snapshot}), which are not replicated`,
      `Remove them (virsh snapshot-delete, or qemu-img snapshot -d ${snapshot} ${path}), on all hosts.`,
    );
  }
  return undefined;
}

/** Why a host cannot show qcow2 images at all. */
export function refuseHost(
  host: HostName,
  path: string,
  { maxPartitions }: NbdDevices,
): XenBackupError | undefined {
  const load = `modprobe nbd max_part=0; to keep it so: echo nbd >/etc/modules-load.d/nbd.conf; echo options nbd max_part=0 >/etc/modprobe.d/nbd.conf`;
  if (maxPartitions === undefined) {
    return refused(
      `${path} is a qcow2 image, and ${host} has no network block devices to show it by`,
      `The kernel module nbd is not loaded there: ${load}`,
    );
  }
  if (maxPartitions !== 0) {
    return refused(
      `on ${host} the kernel itself looks for partitions on network block devices ` +
        `(max_part=${String(maxPartitions)}): the host would see those of guests`,
      `When nothing uses them: rmmod nbd; ${load}`,
    );
  }
  return undefined;
}

/** qemu-utils is missing. */
export function missingTool(host: HostName, tool: string, cause: unknown): XenBackupError {
  return new XenBackupError('disk-unsupported', {
    message: `${host} has no ${tool}, which opens qcow2 images`,
    remedy: 'Install it: apt-get install qemu-utils, or what brings it on this distribution.',
    cause,
  });
}

function refused(message: string, remedy: string): XenBackupError {
  return new XenBackupError('disk-unsupported', { message, remedy });
}
