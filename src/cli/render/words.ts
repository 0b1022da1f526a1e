import {
  type AttachImageStep,
  type ErrorDetails,
  formatBytes,
  formatDuration,
  type LeftOutReason,
  type Stage,
  type Step,
  type Undo,
} from '../../core/index.js';

/** Why a line of the guest's fstab gives no mount. */
export const leftOutTexts: Readonly<Record<LeftOutReason, string>> = {
  swap: 'swap has no files',
  network: 'it lies on the network, not on a disk of the guest',
  pseudo: 'it is made by the kernel, not stored on a disk',
  bind: 'it shows again what another line mounts',
  'not-mounted-at-boot': 'noauto: the guest does not mount it by itself',
  'device-not-in-guest': 'no disk of the guest has this device',
  'not-a-file-system': 'the device bears no file system',
  'path-not-plain': 'the mount point is no plain absolute path',
  'mount-point-taken': 'an earlier line mounts something there',
  malformed: 'the line cannot be understood',
};

/** What is being done in a stage. */
export const stageTexts: Readonly<Record<Stage, string>> = {
  inventory: 'asking hosts',
  'open-source': 'opening the source',
  'open-target': 'opening the target',
  transfers: 'matching file systems',
  'dry-pass': 'dry pass',
  copy: 'copying',
  close: 'closing',
};

/** A step in one line: what is done. */
export function sayStep(step: Step): string {
  switch (step.kind) {
    case 'install-rule':
      return 'keep udev away from the devices of this run';
    case 'prove-rule':
      return 'prove that udev stays away';
    case 'create-snapshot': {
      const room =
        step.storage.kind === 'thick'
          ? `room ${formatBytes(step.storage.sizeBytes)}`
          : 'in its thin pool';
      return `snapshot of ${step.volumeGroup}/${step.origin}, ${room}: ${step.name}`;
    }
    case 'extend-snapshot':
      return `snapshot ${step.name} of ${step.volumeGroup}/${step.origin} grows to ${formatBytes(step.sizeBytes)}`;
    case 'attach-image':
      return `${deviceKind(step)}${aboutOf(step)} of ${step.file}, ${step.access}`;
    case 'create-map':
      return `map${aboutOf(step)} ${step.name} over ${devicesOf(step)}, ${step.access}`;
    case 'add-partition-maps':
      return `partitions of${aboutOf(step)} ${shortDevice(step.device)}`;
    case 'prepare-mount-points':
      return 'mount points on a tmpfs of their own';
    case 'mount': {
      const access = step.options.includes('ro') ? 'read-only' : 'read-write';
      return `mount${aboutOf(step)} ${shortDevice(step.device)} (${step.fileSystemType}, ${access})`;
    }
    case 'protect-mount-points':
      return 'mount points become read-only';
    case 'arm-release':
      return `timer that lets the guest go on after ${formatDuration(step.limitMs)} at the latest`;
    case 'pause-guest':
      return 'pause the guest';
    case 'freeze-guest':
      return "freeze the guest's file systems";
  }
}

function deviceKind({ image }: AttachImageStep): string {
  return image.kind === 'qcow2' ? 'network block device' : 'loop device';
}

/** ` xvda/1:`, or nothing. */
function aboutOf({ position }: Step): string {
  return position === undefined ? '' : ` ${position}:`;
}

/** What a person debugging a step wants to know beside {@link sayStep}. */
export function stepDetails(step: Step): readonly string[] {
  switch (step.kind) {
    case 'install-rule':
      return [step.path];
    case 'prove-rule':
      return [`map ${step.name}`];
    case 'create-snapshot':
    case 'extend-snapshot':
      return [`tags ${step.tags.join(', ')}`];
    case 'attach-image':
      return [`as ${step.mountPoint}`];
    case 'create-map':
      return [`uuid ${step.uuid}`, ...step.segments.map(saySegment)];
    case 'add-partition-maps':
      return [step.access];
    case 'prepare-mount-points':
      return [step.base, ...step.directories];
    case 'mount':
      return [`on ${step.mountPoint}`, `options ${step.options.join(',')}`];
    case 'protect-mount-points':
      return [step.base];
    case 'arm-release':
      return [`${step.name}, by ${step.timer}`];
    case 'pause-guest':
    case 'freeze-guest':
      return [step.name];
  }
}

/**
 * An undo in one line.
 *
 * @param step - what it takes back, where that is known: an undo alone knows names only.
 */
export function sayUndo(undo: Undo, step?: Step): string {
  const about = step === undefined ? '' : aboutOf(step);
  switch (undo.kind) {
    case 'remove-rule':
      return 'let udev go on';
    case 'remove-snapshot':
      return `remove snapshot ${undo.volumeGroup}/${undo.name} of ${undo.origin}`;
    case 'detach-image':
      return step?.kind === 'attach-image'
        ? `detach the ${deviceKind(step)} of${about} ${step.file}`
        : `detach the device of ${undo.mountPoint}`;
    case 'remove-map':
      return `remove map${about} ${undo.name}`;
    case 'remove-partition-maps':
      return `remove partitions of${about} ${shortDevice(undo.device)}`;
    case 'remove-mount-points':
      return 'remove mount points';
    case 'unmount':
      return step?.kind === 'mount'
        ? `unmount${about} ${shortDevice(step.device)}`
        : `unmount ${undo.mountPoint}`;
    case 'disarm-release':
      return 'remove the timer';
    case 'release-guest':
      return 'let the guest go on';
    case 'nothing':
      return 'nothing';
  }
}

/** `/dev/mapper/x` without the part that is always the same. */
export function shortDevice(path: string): string {
  return path.startsWith('/dev/mapper/') ? path.slice('/dev/mapper/'.length) : path;
}

type MapStep = Extract<Step, { kind: 'create-map' }>;
type Segment = MapStep['segments'][number];

function devicesOf(step: MapStep): string {
  const devices = step.segments.flatMap((segment) =>
    segment.kind === 'striped'
      ? segment.stripes.map(({ device }) => device)
      : segment.kind === 'linear'
        ? [segment.device]
        : [],
  );
  return [...new Set(devices.map(shortDevice))].join(' and ');
}

function saySegment(segment: Segment): string {
  const { startSector, sectors } = segment;
  const range = `sectors ${startSector}+${sectors}`;
  if (segment.kind === 'error') return `${range}: nothing`;
  if (segment.kind === 'linear') {
    return `${range}: linear ${segment.device} ${segment.offsetSectors}`;
  }
  const stripes = segment.stripes.map(({ device, offsetSectors }) => `${device} ${offsetSectors}`);
  return `${range}: striped by ${segment.chunkSectors} over ${stripes.join(', ')}`;
}

/** What an error knows beside its message: `key: value`. */
export function sayDetails(details: ErrorDetails): readonly string[] {
  return Object.entries(details).flatMap(([key, value]) => {
    if (value === undefined || value === '') return [];
    return [`${key}: ${Array.isArray(value) ? value.join(' ') : String(value)}`];
  });
}

/** A reason that begins with the host it is about, said where the host stands already. */
export function withoutHost(reason: string, host: string): string {
  const prefix = `${host}: `;
  return reason.startsWith(prefix) ? reason.slice(prefix.length) : reason;
}

/** `1 file`, `2 files`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? singular : plural}`;
}
