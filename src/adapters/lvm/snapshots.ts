import { XenBackupError } from '../../core/errors/index.js';
import { deviceMapperName, type HostName, type LogicalVolume } from '../../core/model/index.js';
import type { Clock, CommandResult, CommandRunner, SnapshotRequest } from '../../ports/index.js';
import {
  commandFailed,
  describeHoldersOfMap,
  resultDetails,
  retryWhileBusy,
} from '../shared/index.js';
import {
  activateThinArgv,
  createSnapshotArgv,
  extendSnapshotArgv,
  removeVolumeArgv,
} from './argv.js';
import { volumeOperand } from './names.js';
import { meaningOfFailure } from './outcome.js';

/** What creating and removing snapshots needs of the adapter. */
export interface SnapshotContext {
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly host: HostName;
  /** Device settings for commands on the host's own groups. */
  readonly settings: () => Promise<string>;
  readonly find: (volumeGroup: string, name: string) => Promise<LogicalVolume | undefined>;
}

type Proof = Omit<SnapshotRequest, 'storage'>;

/** Creates a snapshot and reads it back. See the port for what is thrown. */
export async function createSnapshot(
  context: SnapshotContext,
  request: SnapshotRequest,
  onTaken?: () => void,
): Promise<LogicalVolume> {
  const { volumeGroup, name, storage } = request;
  const settings = await context.settings();
  await succeed(context, createSnapshotArgv(settings, request));
  onTaken?.();
  if (storage.kind === 'thin') {
    await succeed(context, activateThinArgv(settings, volumeGroup, name));
  }
  // LVM may have reduced the size in silence (exit 0): what counts is what is there now.
  const created = await context.find(volumeGroup, name);
  const doubt = created === undefined ? 'it does not exist' : findDoubt(created, request);
  if (created === undefined || doubt !== undefined || !created.active) {
    throw new XenBackupError('output-unexpected', {
      message:
        `lvcreate on ${context.host} succeeded, but ${volumeOperand(volumeGroup, name)} ` +
        `is not what was asked for: ${doubt ?? 'it is not active'}`,
      details: { host: context.host },
    });
  }
  return created;
}

/** Removes a snapshot of ours. See the port for what is thrown. */
export async function removeSnapshot(context: SnapshotContext, proof: Proof): Promise<void> {
  const { volumeGroup, name } = proof;
  const found = await context.find(volumeGroup, name);
  if (found === undefined) return;
  requireOurs(context, found, proof);
  const argv = removeVolumeArgv(await context.settings(), volumeGroup, name);
  const busy = await retryWhileBusy(context.clock, async () => {
    const result = await context.runner.run({ argv });
    if (result.exitCode === 0) return undefined;
    const meaning = meaningOfFailure(result);
    if (meaning === 'volume-not-found') return undefined;
    if (meaning === 'volume-busy') return result;
    throw commandFailed(context.host, result, meaning);
  });
  if (busy !== undefined) throw await busyError(context, proof, busy);
}

/** Makes a snapshot of ours larger and reads it back. See the port for what is thrown. */
export async function extendSnapshot(
  context: SnapshotContext,
  proof: Proof,
  sizeBytes: number,
): Promise<LogicalVolume> {
  const { volumeGroup, name } = proof;
  const place = `${volumeOperand(volumeGroup, name)} on ${context.host}`;
  const found = await context.find(volumeGroup, name);
  if (found === undefined) {
    throw new XenBackupError('volume-not-found', { message: `there is no snapshot ${place}` });
  }
  requireOurs(context, found, proof);
  // LVM fails where nothing is to be done, and with an older size it would be right to.
  if (found.sizeBytes >= sizeBytes) return found;
  await succeed(
    context,
    extendSnapshotArgv(await context.settings(), volumeGroup, name, sizeBytes),
  );
  const grown = await context.find(volumeGroup, name);
  // LVM stops, and ends with 0, where a snapshot has room for every chunk of its origin.
  if (grown !== undefined && grown.sizeBytes > found.sizeBytes) return grown;
  throw new XenBackupError('output-unexpected', {
    message:
      `lvextend succeeded, but ${place} has ${String(grown?.sizeBytes ?? 0)} bytes, no more than ` +
      'before',
    details: { host: context.host },
  });
}

/** @throws `ownership-unproven`. */
function requireOurs(context: SnapshotContext, found: LogicalVolume, proof: Proof): void {
  const doubt = findDoubt(found, proof);
  if (doubt === undefined) return;
  throw new XenBackupError('ownership-unproven', {
    message: `${volumeOperand(proof.volumeGroup, proof.name)} on ${context.host} is not ours: ${doubt}`,
    details: { host: context.host, origin: found.origin, tags: found.tags },
  });
}

/** Why a volume cannot be the snapshot described, `undefined` when it is. */
function findDoubt(volume: LogicalVolume, proof: Proof): string | undefined {
  if (volume.origin !== proof.origin) {
    return `its origin is ${volume.origin ?? 'none'}, not ${proof.origin}`;
  }
  // Without any tag everything with the right name would be proven.
  if (proof.tags.length === 0) return 'no tag to prove it by was given';
  const lacking = proof.tags.find((tag) => !volume.tags.includes(tag));
  return lacking === undefined ? undefined : `it lacks the tag ${lacking}`;
}

/** Effects are proven by reading them back, so a warning beside success decides nothing here. */
async function succeed(context: SnapshotContext, argv: CommandResult['argv']): Promise<void> {
  const result = await context.runner.run({ argv });
  if (result.exitCode !== 0) throw commandFailed(context.host, result, meaningOfFailure(result));
}

async function busyError(context: SnapshotContext, proof: Proof, busy: CommandResult) {
  const { host, runner } = context;
  const mapName = deviceMapperName(proof.volumeGroup, proof.name);
  const holders = await describeHoldersOfMap(runner, host, mapName);
  return new XenBackupError('volume-busy', {
    message: `${volumeOperand(proof.volumeGroup, proof.name)} on ${host} is in use: ${holders.join(', ')}`,
    details: { ...resultDetails(host, busy), holders },
  });
}
