import { contentOn, eraseContent } from '../block/contents.js';
import { keyOf } from '../block/devices.js';
import { deleteThinVolume } from '../block/thin-pools.js';
import type { Machine } from '../world/state.js';
import { deactivateVolume, unlayerOrigin } from './activation.js';
import { commitMetadata, withChangedVolume, withoutVolumes } from './commit.js';
import { mapOf, poolKey, thickSnapshotsOf, volumeNamed } from './lookup.js';
import type { ScannedGroup } from './scan.js';
import type { LogicalVolumeMetadata } from './types.js';

/**
 * Removes a volume with its thick snapshots. The caller has made sure that nobody uses them.
 *
 * @throws SimulationError `busy`, `invalid` (physical volumes missing).
 */
export function removeVolume(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): ScannedGroup {
  const snapshots = thickSnapshotsOf(group.metadata, volume.name);
  for (const doomed of [...snapshots, volume]) forgetView(machine, group, doomed);
  deactivateVolume(machine, group, volume);
  dropThinData(machine, group, volume);
  const names = [volume.name, ...snapshots.map((snapshot) => snapshot.name)];
  const changed = commitMetadata(machine, group, (metadata) =>
    clearThinOrigins(withoutVolumes(metadata, names), volume.name),
  );
  if (volume.role.kind === 'snapshot') {
    unlayerOrigin(machine, changed, volumeNamed(changed.metadata, volume.role.origin));
  }
  return changed;
}

/** What a removed snapshot showed can never be seen again. */
function forgetView(machine: Machine, group: ScannedGroup, volume: LogicalVolumeMetadata): void {
  const cow = mapOf(machine, group.metadata, volume, 'cow');
  if (cow === undefined) return;
  const store = contentOn(machine, keyOf(cow.number))?.content;
  if (store?.kind === 'exception-store') machine.views.delete(store.view);
  eraseContent(machine, keyOf(cow.number));
}

function dropThinData(machine: Machine, group: ScannedGroup, volume: LogicalVolumeMetadata): void {
  if (volume.role.kind !== 'thin') return;
  const pool = volumeNamed(group.metadata, volume.role.pool);
  const state = machine.thinPools.get(poolKey(group.metadata, pool));
  if (state !== undefined) deleteThinVolume(machine, state, volume.role.deviceId);
}

/** Thin snapshots live on without their origin. */
function clearThinOrigins(
  metadata: ScannedGroup['metadata'],
  origin: string,
): ScannedGroup['metadata'] {
  return metadata.logicalVolumes
    .filter(({ role }) => role.kind === 'thin' && role.origin === origin)
    .reduce(
      (changed, { name }) =>
        withChangedVolume(changed, name, (volume) =>
          volume.role.kind === 'thin'
            ? {
                ...volume,
                role: {
                  kind: 'thin',
                  pool: volume.role.pool,
                  deviceId: volume.role.deviceId,
                },
              }
            : volume,
        ),
      metadata,
    );
}
