import { lvmMapName } from '../../block/lvm-names.js';
import { settleUdev } from '../../block/udev-queue.js';
import { freeExtents } from '../../lvm/allocate.js';
import { createVolume } from '../../lvm/create.js';
import { findVolume } from '../../lvm/lookup.js';
import type { ScannedGroup } from '../../lvm/scan.js';
import {
  createThickSnapshot,
  createThinSnapshotVolume,
  largestUsefulExtents,
} from '../../lvm/snapshots.js';
import { volumeSectors } from '../../lvm/tables.js';
import type { LogicalVolumeMetadata } from '../../lvm/types.js';
import { isSimulationError } from '../../world/errors.js';
import { allValues, flag, isGiven, lastValue, type OptionSpec, valued } from '../getopt.js';
import { type CommandOutcome, failed, notSimulated, type SimulatedCommand } from '../types.js';
import { lvmFailure, lvmSuccess } from './failures.js';
import { invokeLvm, type LvmInvocation, usageExit } from './invocation.js';
import { parseVolumeName } from './names.js';
import { commonOptions } from './report-options.js';
import { invalidPath, resolveGroup } from './resolve.js';
import { freeName, objectionTo } from './new-name.js';
import { chunkOf, requestedExtents } from './new-size.js';
import { humanSize, parseSize } from './sizes.js';

const createOptions: readonly OptionSpec[] = [
  ...commonOptions,
  flag('snapshot', 's'),
  valued('name', 'n'),
  valued('size', 'L'),
  valued('extents', 'l'),
  valued('addtag'),
  valued('monitor'),
  flag('ignoremonitoring'),
  valued('chunksize', 'c'),
  valued('permission', 'p'),
  valued('activate', 'a'),
  valued('setactivationskip', 'k'),
  valued('zero', 'Z'),
  valued('wipesignatures', 'W'),
  valued('stripes', 'i'),
  valued('stripesize', 'I'),
];

/** How long LVM waits for udev before it goes on. */
const udevLimitMs = 180_000;

/** lvcreate: thick and thin snapshots, linear and striped volumes. */
export const lvcreate: SimulatedCommand = (machine, argv) =>
  invokeLvm(machine, argv, createOptions, async (invocation) => {
    const { options, operands } = invocation;
    const [operand] = operands;
    if (operand === undefined || operands.length > 1) return noMatchingSyntax(invocation);
    const name = parseVolumeName(machine, operand);
    if (name === undefined) return lvmFailure(invocation, [invalidPath(operand)]);
    const group = resolveGroup(invocation.scan, name.group);
    if (group.kind === 'missing') return lvmFailure(invocation, group.complaints);
    if (group.value.missing.length > 0) return missingVolumes(invocation, name.group);
    const outcome = isGiven(options, 'snapshot')
      ? createSnapshot(invocation, group.value, name.volume ?? '')
      : createLinear(invocation, group.value);
    if (outcome.exitCode === 0) await settleUdev(machine, udevLimitMs);
    return outcome;
  });

function createSnapshot(
  invocation: LvmInvocation,
  group: ScannedGroup,
  originName: string,
): CommandOutcome {
  const origin = findVolume(group.metadata, originName);
  if (origin === undefined) {
    return lvmFailure(invocation, [
      `Snapshot origin LV ${originName} not found in Volume group ${group.metadata.name}.`,
    ]);
  }
  const hasSize = isGiven(invocation.options, 'size') || isGiven(invocation.options, 'extents');
  if (hasSize) return createThick(invocation, group, origin);
  if (origin.role.kind === 'thin') return createThin(invocation, group, origin);
  return failed(usageExit, '  Please specify either size or extents with snapshots.\n');
}

function createThick(
  invocation: LvmInvocation,
  group: ScannedGroup,
  origin: LogicalVolumeMetadata,
): CommandOutcome {
  const { machine, options } = invocation;
  const requested = requestedExtents(invocation, group);
  if (requested.kind === 'error') return requested.outcome;
  const chunkSectors = chunkOf(invocation);
  const { extentSectors } = group.metadata;
  const useful = largestUsefulExtents(volumeSectors(group, origin), chunkSectors, extentSectors);
  const extentCount = Math.min(useful, requested.extents);
  const said = [...requested.said];
  if (useful < requested.extents) {
    const [asked, most] = [requested.extents, useful].map((extents) =>
      humanSize(extents * extentSectors * 512, 'unit'),
    );
    said.push(`Reducing COW size ${asked} down to maximum usable size ${most}.`);
  }
  return attempt(invocation, group, extentCount, said, (name) =>
    createThickSnapshot(machine, group, {
      origin: origin.name,
      name,
      extentCount,
      chunkSectors,
      tags: allValues(options, 'addtag'),
      access: lastValue(options, 'permission') === 'r' ? 'read-only' : 'read-write',
      monitoring: wantsMonitoring(invocation) ? 'monitored' : 'unmonitored',
    }),
  );
}

function wantsMonitoring({ options }: LvmInvocation): boolean {
  return lastValue(options, 'monitor') !== 'n' && !isGiven(options, 'ignoremonitoring');
}

function createThin(
  invocation: LvmInvocation,
  group: ScannedGroup,
  origin: LogicalVolumeMetadata,
): CommandOutcome {
  const { machine, options } = invocation;
  return attempt(invocation, group, 0, [], (name) =>
    createThinSnapshotVolume(machine, group, {
      origin: origin.name,
      name,
      tags: allValues(options, 'addtag'),
      activation: lastValue(options, 'setactivationskip') === 'n' ? 'normal' : 'skip',
    }),
  );
}

function createLinear(invocation: LvmInvocation, group: ScannedGroup): CommandOutcome {
  const { machine, options } = invocation;
  const requested = requestedExtents(invocation, group);
  if (requested.kind === 'error') return requested.outcome;
  const stripes = Number(lastValue(options, 'stripes') ?? '1');
  const stripeBytes = parseSize(lastValue(options, 'stripesize') ?? '64k') ?? 65_536;
  const extentCount = Math.ceil(requested.extents / stripes) * stripes;
  return attempt(invocation, group, extentCount, requested.said, (name) =>
    createVolume(machine, group, {
      name,
      extentCount,
      tags: allValues(options, 'addtag'),
      activation: lastValue(options, 'activate') === 'n' ? 'inactive' : 'active',
      ...(stripes > 1 ? { stripes: { count: stripes, sectors: stripeBytes / 512 } } : {}),
    }),
  );
}

/** Runs the creation and puts its failure into LVM's words. */
function attempt(
  invocation: LvmInvocation,
  group: ScannedGroup,
  extents: number,
  said: readonly string[],
  create: (name: string) => ScannedGroup,
): CommandOutcome {
  const name = lastValue(invocation.options, 'name') ?? freeName(group);
  const objection = objectionTo(name);
  if (objection !== undefined) {
    return failed(usageExit, `  ${objection}\n  Run \`lvcreate --help' for more information.\n`);
  }
  try {
    create(name);
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    if (error.code === 'not-supported') return notSimulated(invocation.argv);
    return lvmFailure(invocation, [reason(error.code, group, name, extents)], said);
  }
  return lvmSuccess(invocation, [...said, `Logical volume "${name}" created.`]);
}

function reason(code: string, group: ScannedGroup, name: string, extents: number): string {
  const { metadata } = group;
  switch (code) {
    case 'already-exists':
      return findVolume(metadata, name) === undefined
        ? `device-mapper: create ioctl on ${lvmMapName(metadata.name, name)} failed: Device or resource busy`
        : `Logical Volume "${name}" already exists in volume group "${metadata.name}"`;
    case 'no-space':
      return `Volume group "${metadata.name}" has insufficient free space (${freeExtents(metadata)} extents): ${extents} required.`;
    case 'read-only':
      return `Error writing device: Operation not permitted`;
    default:
      return `Failed to create ${metadata.name}/${name}: ${code}`;
  }
}

function missingVolumes(invocation: LvmInvocation, group: string): CommandOutcome {
  return lvmFailure(invocation, [
    `Cannot change VG ${group} while PVs are missing.`,
    'See vgreduce --removemissing and vgextend --restoremissing.',
    `Cannot process volume group ${group}`,
  ]);
}

function noMatchingSyntax({ tool }: LvmInvocation): CommandOutcome {
  return failed(
    usageExit,
    `  No command with matching syntax recognised.  Run '${tool} --help' for more information.\n`,
  );
}
