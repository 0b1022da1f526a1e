import { mapOf, volumeNamed } from '../../lvm/lookup.js';
import { settleUdev } from '../../block/udev-queue.js';
import { activateVolume, deactivateVolume } from '../../lvm/activation.js';
import { commitMetadata, withChangedVolume } from '../../lvm/commit.js';
import type { ScannedGroup } from '../../lvm/scan.js';
import type { LogicalVolumeMetadata } from '../../lvm/types.js';
import { isSimulationError } from '../../world/errors.js';
import { allValues, flag, isGiven, lastValue, type OptionSpec, valued } from '../getopt.js';
import { type CommandOutcome, notSimulated, type SimulatedCommand } from '../types.js';
import { activationFailureText } from './activation-text.js';
import { lvmFailure, lvmSuccess } from './failures.js';
import { invokeLvm, type LvmInvocation } from './invocation.js';
import { commonOptions } from './report-options.js';
import { resolveVolume } from './resolve.js';
import { useText, waitForRelease } from './use.js';

const changeOptions: readonly OptionSpec[] = [
  ...commonOptions,
  valued('activate', 'a'),
  flag('ignoreactivationskip', 'K'),
  valued('setactivationskip', 'k'),
  valued('addtag'),
  valued('deltag'),
  valued('monitor'),
  flag('force', 'f'),
];

/** How long LVM waits for udev before it goes on. */
const udevLimitMs = 180_000;

/** lvchange of one volume: activation, tags, skip flag, monitoring. */
export const lvchange: SimulatedCommand = (machine, argv) =>
  invokeLvm(machine, argv, changeOptions, async (invocation) => {
    const [operand, ...others] = invocation.operands;
    if (operand === undefined || others.length > 0) return notSimulated(argv);
    const resolved = resolveVolume(invocation, operand);
    if (resolved.kind === 'missing') return lvmFailure(invocation, resolved.complaints);
    const { group, volume } = resolved.value;
    const outcome = await change(invocation, group, volume);
    await settleUdev(machine, udevLimitMs);
    return outcome;
  });

function change(
  invocation: LvmInvocation,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): Promise<CommandOutcome> | CommandOutcome {
  const { options, argv } = invocation;
  const activate = lastValue(options, 'activate');
  if (activate !== undefined) {
    return activate.endsWith('n')
      ? deactivate(invocation, group, volume)
      : activateOne(invocation, group, volume);
  }
  if (isGiven(options, 'monitor')) return monitor(invocation, group, volume);
  const changesMetadata =
    isGiven(options, 'addtag') ||
    isGiven(options, 'deltag') ||
    isGiven(options, 'setactivationskip');
  return changesMetadata ? changeMetadata(invocation, group, volume) : notSimulated(argv);
}

function activateOne(
  invocation: LvmInvocation,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): CommandOutcome {
  // A volume that asks to be skipped is left alone without a word.
  if (volume.activationSkip && !isGiven(invocation.options, 'ignoreactivationskip')) {
    return lvmSuccess(invocation, []);
  }
  try {
    activateVolume(invocation.machine, group, volume);
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    if (error.code === 'not-supported') return notSimulated(invocation.argv);
    return lvmFailure(invocation, activationFailureText(group, volume, error));
  }
  return lvmSuccess(invocation, []);
}

/** A thick snapshot goes with its origin. */
async function deactivate(
  invocation: LvmInvocation,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): Promise<CommandOutcome> {
  const { machine } = invocation;
  const { role } = volume;
  const whole = role.kind === 'snapshot' ? volumeNamed(group.metadata, role.origin) : volume;
  const use = await waitForRelease(machine, group.metadata, whole);
  if (use !== 'none') return lvmFailure(invocation, [useText(group.metadata, whole, use)]);
  deactivateVolume(machine, group, whole);
  return lvmSuccess(invocation, []);
}

function monitor(
  invocation: LvmInvocation,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): CommandOutcome {
  const { machine, options } = invocation;
  const map = mapOf(machine, group.metadata, volume);
  if (map === undefined) {
    return lvmFailure(invocation, [
      `Logical volume ${group.metadata.name}/${volume.name} is not active.`,
    ]);
  }
  if (lastValue(options, 'monitor') === 'n') machine.eventDaemon.monitored.delete(map.uuid);
  else machine.eventDaemon.monitored.add(map.uuid);
  return lvmSuccess(invocation, []);
}

function changeMetadata(
  invocation: LvmInvocation,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): CommandOutcome {
  const { machine, options } = invocation;
  const dropped = allValues(options, 'deltag');
  const tags = new Set([...volume.tags, ...allValues(options, 'addtag')]);
  const skip = lastValue(options, 'setactivationskip');
  commitMetadata(machine, group, (metadata) =>
    withChangedVolume(metadata, volume.name, (old) => ({
      ...old,
      tags: [...tags].filter((tag) => !dropped.includes(tag)).sort(),
      activationSkip: skip === undefined ? old.activationSkip : skip === 'y',
    })),
  );
  return lvmSuccess(invocation, [`Logical volume ${group.metadata.name}/${volume.name} changed.`]);
}
