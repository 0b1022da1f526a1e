import { freeExtents } from '../../lvm/allocate.js';
import { monitorVolume } from '../../lvm/activation.js';
import { extendVolume, extentsLimit } from '../../lvm/resize.js';
import { isSimulationError } from '../../world/errors.js';
import { lastValue, type OptionSpec, valued } from '../getopt.js';
import { notSimulated, type SimulatedCommand } from '../types.js';
import { lvmFailure, lvmSuccess } from './failures.js';
import { invokeLvm, type LvmInvocation } from './invocation.js';
import { commonOptions } from './report-options.js';
import { resolveVolume } from './resolve.js';
import { humanSize, parseSize } from './sizes.js';

const extendOptions: readonly OptionSpec[] = [
  ...commonOptions,
  valued('size', 'L'),
  valued('extents', 'l'),
];

/** lvextend of a linear volume or of a thick snapshot's copy-on-write area. */
export const lvextend: SimulatedCommand = (machine, argv) =>
  invokeLvm(machine, argv, extendOptions, async (invocation) => {
    const [operand, ...others] = invocation.operands;
    if (operand === undefined || others.length > 0) return notSimulated(argv);
    const resolved = resolveVolume(invocation, operand);
    if (resolved.kind === 'missing') return lvmFailure(invocation, resolved.complaints);
    const { group, volume } = resolved.value;
    const { extentSectors, name } = group.metadata;
    const asked = wantedExtents(invocation, volume.extentCount, extentSectors);
    if (asked === undefined) return notSimulated(argv);
    const wanted = Math.min(asked, extentsLimit(group, volume));
    if (wanted <= volume.extentCount) {
      return lvmFailure(invocation, [
        `New size given (${wanted} extents) not larger than existing size (${volume.extentCount} extents)`,
      ]);
    }
    const added = wanted - volume.extentCount;
    try {
      const changed = extendVolume(machine, group, volume.name, added);
      // Whatever is resumed is monitored from then on (lvm2: _lv_resume, monitor_dev_for_events).
      if (invocation.config.monitoring === 'on') monitorVolume(machine, changed, volume);
    } catch (error) {
      if (!isSimulationError(error, 'no-space')) throw error;
      return lvmFailure(invocation, [
        `Insufficient free space: ${added} extents needed, but only ${freeExtents(group.metadata)} available`,
      ]);
    }
    const size = (extents: number): string =>
      `${humanSize(extents * extentSectors * 512, 'unit')} (${extents} extents)`;
    return lvmSuccess(invocation, [
      ...(wanted < asked ? [`Reached maximum COW size ${size(wanted)}.`] : []),
      `Size of logical volume ${name}/${volume.name} changed from ${size(volume.extentCount)} to ${size(wanted)}.`,
      `Logical volume ${name}/${volume.name} successfully resized.`,
    ]);
  });

function wantedExtents(
  { options }: LvmInvocation,
  current: number,
  extentSectors: number,
): number | undefined {
  const extents = lastValue(options, 'extents');
  const size = lastValue(options, 'size');
  const text = extents ?? size ?? '';
  const amount =
    extents === undefined
      ? Math.ceil((parseSize(text) ?? Number.NaN) / (extentSectors * 512))
      : Number(extents.replace(/^\+/, ''));
  if (!Number.isSafeInteger(amount)) return undefined;
  return text.startsWith('+') ? current + amount : amount;
}
