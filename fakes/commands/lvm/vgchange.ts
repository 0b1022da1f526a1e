import { settleUdev } from '../../block/udev-queue.js';
import {
  activateGroup,
  deactivateGroup,
  isActive,
  visibleVolumes,
} from '../../lvm/activate-group.js';
import { volumeState } from '../../lvm/state.js';
import type { ScannedGroup } from '../../lvm/scan.js';
import { flag, lastValue, type OptionSpec, valued } from '../getopt.js';
import { notSimulated, type SimulatedCommand } from '../types.js';
import { activationFailureText } from './activation-text.js';
import { lvmFailure } from './failures.js';
import { failureExit, invokeLvm, lines, type LvmInvocation } from './invocation.js';
import { commonOptions } from './report-options.js';
import { resolveGroup } from './resolve.js';
import { useText, waitForRelease } from './use.js';
import { scanWarnings } from './warnings.js';

const changeOptions: readonly OptionSpec[] = [
  ...commonOptions,
  valued('activate', 'a'),
  flag('ignoreactivationskip', 'K'),
  flag('sysinit'),
  valued('autoactivation'),
];

/** What a change of one group printed. */
interface Change {
  readonly stdout: readonly string[];
  readonly complaints: readonly string[];
}

/** How long LVM waits for udev before it goes on. */
const udevLimitMs = 180_000;

/** vgchange -ay, -an: of the groups named, or, as the real one does, of every group it sees. */
export const vgchange: SimulatedCommand = (machine, argv) =>
  invokeLvm(machine, argv, changeOptions, async (invocation) => {
    const { operands, options, scan } = invocation;
    const activate = lastValue(options, 'activate');
    if (activate === undefined) return notSimulated(argv);
    const groups: ScannedGroup[] = operands.length === 0 ? [...scan.groups] : [];
    for (const operand of operands) {
      const resolved = resolveGroup(scan, operand);
      if (resolved.kind === 'missing') return lvmFailure(invocation, resolved.complaints);
      groups.push(resolved.value);
    }
    const changes: Change[] = [];
    for (const group of groups) {
      changes.push(
        activate.endsWith('n')
          ? await deactivate(invocation, group)
          : activateAll(invocation, group),
      );
    }
    await settleUdev(machine, udevLimitMs);
    const complaints = changes.flatMap((change) => change.complaints);
    return {
      exitCode: complaints.length === 0 ? 0 : failureExit,
      stdout: lines(changes.flatMap((change) => change.stdout)),
      stderr: lines([...scanWarnings(scan), ...complaints]),
    };
  });

function activateAll(invocation: LvmInvocation, group: ScannedGroup): Change {
  const { machine, scan } = invocation;
  const { name } = group.metadata;
  if (scan.duplicates.some(({ uuid }) => group.present.has(uuid))) {
    const complaint = `Cannot activate LVs in VG ${name} while PVs appear on duplicate devices.`;
    return {
      stdout: [activeCount(invocation, group)],
      complaints: visibleVolumes(group).map(() => complaint),
    };
  }
  const failures = activateGroup(machine, group);
  return {
    stdout: [activeCount(invocation, group)],
    complaints: failures.flatMap(({ volume, error }) =>
      activationFailureText(group, volume, error),
    ),
  };
}

/** One volume in use, and nothing of the group is deactivated. */
async function deactivate(invocation: LvmInvocation, group: ScannedGroup): Promise<Change> {
  const { machine } = invocation;
  for (const volume of visibleVolumes(group)) {
    const use = await waitForRelease(machine, group.metadata, volume);
    if (use === 'none') continue;
    const open = visibleVolumes(group).filter(
      (other) => volumeState(machine, group, other).isOpen,
    ).length;
    return {
      stdout: [],
      complaints: [
        useText(group.metadata, volume, use),
        `Can't deactivate volume group "${group.metadata.name}" with ${open} open logical volume(s)`,
      ],
    };
  }
  deactivateGroup(machine, group);
  return { stdout: [activeCount(invocation, group)], complaints: [] };
}

function activeCount({ machine }: LvmInvocation, group: ScannedGroup): string {
  const active = visibleVolumes(group).filter((volume) => isActive(machine, group, volume));
  return `${active.length} logical volume(s) in volume group "${group.metadata.name}" now active`;
}
