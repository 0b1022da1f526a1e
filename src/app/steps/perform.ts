import {
  type DeviceNumber,
  type LogicalVolume,
  type PartitionMap,
  type PrepareMountPointsStep,
  type ProveRuleStep,
  type Step,
  XenBackupError,
} from '../../core/index.js';
import type { HoldOutcome, Host } from '../../ports/index.js';

/** What a step leaves to know for those that come after it. */
export type StepEffect =
  | { readonly kind: 'none' }
  | { readonly kind: 'snapshot'; readonly volume: LogicalVolume }
  | { readonly kind: 'map'; readonly path: string; readonly deviceNumber: DeviceNumber }
  | { readonly kind: 'image'; readonly device: string }
  | { readonly kind: 'hold'; readonly outcome: HoldOutcome }
  | { readonly kind: 'partition-maps'; readonly maps: readonly PartitionMap[] };

const nothing: StepEffect = { kind: 'none' };

/**
 * Carries a step out on its host: the one place where steps become calls of ports.
 *
 * @param onTaken - told by a snapshot that it exists, before its step has come to its end.
 */
export async function perform(step: Step, host: Host, onTaken?: () => void): Promise<StepEffect> {
  switch (step.kind) {
    case 'install-rule':
      await host.deviceEvents.installRule(step.path);
      return nothing;
    case 'prove-rule':
      await proveRule(step, host);
      return nothing;
    case 'create-snapshot':
      return { kind: 'snapshot', volume: await host.volumes.createSnapshot(step, onTaken) };
    case 'extend-snapshot':
      return { kind: 'snapshot', volume: await host.volumes.extendSnapshot(step, step.sizeBytes) };
    case 'attach-image': {
      const { device } = await host.backing.attach(step);
      return { kind: 'image', device };
    }
    case 'create-map': {
      const map = await host.deviceMapper.create(step);
      return { kind: 'map', path: `/dev/mapper/${map.name}`, deviceNumber: map.deviceNumber };
    }
    case 'add-partition-maps':
      return { kind: 'partition-maps', maps: await host.partitionMaps.add(step) };
    case 'prepare-mount-points':
      await prepareMountPoints(step, host);
      return nothing;
    case 'mount':
      await host.mounts.mount(step);
      return nothing;
    case 'arm-release':
      await host.holds.arm(step);
      return nothing;
    case 'pause-guest':
      return { kind: 'hold', outcome: await host.holds.hold({ ...step, by: 'pause' }) };
    case 'freeze-guest':
      return { kind: 'hold', outcome: await host.holds.hold({ ...step, by: 'freeze' }) };
    case 'protect-mount-points':
      await host.mounts.makeReadOnly(step.base);
      return nothing;
  }
}

/** @throws `udev-rule-ignored`. */
async function proveRule({ name, uuid }: ProveRuleStep, host: Host): Promise<void> {
  const segments = [{ kind: 'error', startSector: 0, sectors: 8 }] as const;
  await host.deviceMapper.create({ name, uuid, access: 'read-only', segments });
  if (await host.deviceEvents.isLeftAlone(`/dev/mapper/${name}`)) return;
  throw new XenBackupError('udev-rule-ignored', {
    message: `udev on ${host.name} does not follow the rule that keeps it away from ${name}`,
    details: { host: host.name },
  });
}

async function prepareMountPoints(step: PrepareMountPointsStep, host: Host): Promise<void> {
  await host.files.makeDirectory(step.base);
  await host.mounts.mountTemporary(step.base, step.sizeBytes);
  if (step.directories.length > 0) await host.mounts.makeMountPoints(step.directories);
}
