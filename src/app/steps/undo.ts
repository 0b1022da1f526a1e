import { isXenBackupError, type Undo } from '../../core/index.js';
import type { Clock, Host, ReleaseOutcome } from '../../ports/index.js';

/** What an undo found, where that matters to somebody. */
export type UndoEffect =
  | { readonly kind: 'none' }
  | { readonly kind: 'release'; readonly outcome: ReleaseOutcome };

const nothing: UndoEffect = { kind: 'none' };

/**
 * Takes an undo. udev and others open new devices for a moment (seen), so busy is answered by
 * letting udev finish and trying again, a bounded number of times; never by force.
 *
 * @throws what the last attempt threw.
 */
export async function takeUndo(undo: Undo, host: Host, clock: Clock): Promise<UndoEffect> {
  const pausesMs = [100, 500, 2_000, 5_000];
  for (const pauseMs of pausesMs) {
    try {
      return await takeOnce(undo, host);
    } catch (error) {
      const isBusy =
        isXenBackupError(error, 'volume-busy') || isXenBackupError(error, 'mount-busy');
      if (!isBusy) throw error;
      await settle(host);
      await clock.sleep(pauseMs);
    }
  }
  return takeOnce(undo, host);
}

/** An udev that does not come to rest is no reason to give up: the next attempt tells. */
async function settle(host: Host): Promise<void> {
  try {
    await host.deviceEvents.settle();
  } catch (error) {
    if (!isXenBackupError(error, 'command-timed-out')) throw error;
  }
}

async function takeOnce(undo: Undo, host: Host): Promise<UndoEffect> {
  if (undo.kind === 'release-guest') {
    return { kind: 'release', outcome: await host.holds.release(undo.name, undo.domain) };
  }
  await takeSilently(undo, host);
  return nothing;
}

async function takeSilently(
  undo: Exclude<Undo, { kind: 'release-guest' }>,
  host: Host,
): Promise<void> {
  switch (undo.kind) {
    case 'remove-rule':
      return host.deviceEvents.removeRule(undo.path);
    case 'remove-snapshot':
      return host.volumes.removeSnapshot(undo);
    case 'detach-image':
      return host.backing.detach(undo.mountPoint);
    case 'remove-map':
      return host.deviceMapper.remove(undo.name, undo.uuid);
    case 'remove-partition-maps':
      return host.partitionMaps.remove(undo.device);
    case 'remove-mount-points':
      await host.mounts.unmount(undo.base);
      return host.files.removeDirectory(undo.base);
    case 'unmount':
      return host.mounts.unmount(undo.mountPoint);
    case 'disarm-release':
      return host.holds.disarm(undo.name, undo.timer);
    case 'nothing':
      return;
  }
}
