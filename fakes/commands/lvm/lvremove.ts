import { settleUdev } from '../../block/udev-queue.js';
import { removeVolume } from '../../lvm/remove.js';
import { type ScannedGroup, scanLvm } from '../../lvm/scan.js';
import type { LogicalVolumeMetadata } from '../../lvm/types.js';
import type { VolumeUse } from '../../lvm/use.js';
import { flag, isGiven, type OptionSpec } from '../getopt.js';
import { type CommandOutcome, failed, notSimulated, type SimulatedCommand } from '../types.js';
import { lvmFailure } from './failures.js';
import { invokeLvm, lines, type LvmInvocation, usageExit } from './invocation.js';
import { commonOptions } from './report-options.js';
import { resolveVolume } from './resolve.js';
import { useText, waitForRelease } from './use.js';
import { scanWarnings } from './warnings.js';
import { isActive } from '../../lvm/activate-group.js';
import { thickSnapshotsOf } from '../../lvm/lookup.js';

const removeOptions: readonly OptionSpec[] = [...commonOptions, flag('force', 'f')];

/** lvremove of volumes named one by one. */
export const lvremove: SimulatedCommand = (machine, argv) =>
  invokeLvm(machine, argv, removeOptions, async (invocation) => {
    const { operands } = invocation;
    if (operands.length === 0) return noMatchingSyntax(invocation);
    if (operands.some((operand) => !operand.includes('/'))) return notSimulated(argv);
    const printed: string[] = [];
    const complaints: string[] = [];
    for (const operand of operands) {
      // Each volume is looked up anew: the one before may have changed the group.
      const fresh = { ...invocation, scan: scanLvm(machine, invocation.scope) };
      const result = await removeOne(fresh, operand);
      (result.kind === 'removed' ? printed : complaints).push(...result.said);
    }
    if (complaints.length > 0) return lvmFailure(invocation, complaints, printed);
    return {
      exitCode: 0,
      stdout: lines(printed),
      stderr: lines(scanWarnings(invocation.scan)),
    };
  });

interface Removal {
  readonly kind: 'removed' | 'refused';
  readonly said: readonly string[];
}

/** How long LVM waits for udev before it goes on. */
const udevLimitMs = 180_000;

async function removeOne(invocation: LvmInvocation, operand: string): Promise<Removal> {
  const { machine, options } = invocation;
  const resolved = resolveVolume(invocation, operand);
  if (resolved.kind === 'missing') return { kind: 'refused', said: resolved.complaints };
  const { group, volume } = resolved.value;
  const refusal = await objection(invocation, group, volume);
  if (refusal !== undefined) return { kind: 'refused', said: refusal };
  const asked = isGiven(options, 'yes') || isGiven(options, 'force');
  if (!asked && isActive(machine, group, volume)) {
    // Nobody answers the question: stdin is closed.
    return { kind: 'refused', said: [unanswered(group, volume)] };
  }
  removeVolume(machine, group, volume);
  await settleUdev(machine, udevLimitMs);
  const snapshots = thickSnapshotsOf(group.metadata, volume.name);
  return {
    kind: 'removed',
    said: [...snapshots, volume].map(
      ({ name }) => `Logical volume "${name}" successfully removed.`,
    ),
  };
}

function unanswered(group: ScannedGroup, volume: LogicalVolumeMetadata): string {
  const name = `${group.metadata.name}/${volume.name}`;
  return (
    `Do you really want to remove active logical volume ${name}? [y/n]: [n]\n` +
    `  Logical volume ${name} not removed.`
  );
}

async function objection(
  invocation: LvmInvocation,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): Promise<readonly string[] | undefined> {
  const name = `${group.metadata.name}/${volume.name}`;
  if (volume.role.kind === 'pool-data' || volume.role.kind === 'pool-metadata') {
    return [`Can't remove logical volume ${name} used by a pool.`];
  }
  if (volume.role.kind === 'thin-pool') {
    return [`simulation: not simulated: removal of thin pool ${name}`];
  }
  if (invocation.scan.duplicates.some(({ uuid }) => group.present.has(uuid))) {
    return [`Cannot update volume group ${group.metadata.name} with duplicate PV devices.`];
  }
  for (const part of [...thickSnapshotsOf(group.metadata, volume.name), volume]) {
    const use: VolumeUse = await waitForRelease(invocation.machine, group.metadata, part);
    if (use !== 'none') return [useText(group.metadata, part, use)];
  }
  return undefined;
}

function noMatchingSyntax({ tool }: LvmInvocation): CommandOutcome {
  return failed(
    usageExit,
    `  No command with matching syntax recognised.  Run '${tool} --help' for more information.\n`,
  );
}
