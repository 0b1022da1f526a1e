import { together } from '../../core/concurrency/index.js';
import { XenBackupError } from '../../core/errors/index.js';
import {
  deviceMapperName,
  type GuestVolumeGroup,
  type HostName,
  type LogicalVolume,
  type SnapshotFill,
  type SnapshotHealth,
  type ThinPoolFill,
  type ThinPoolName,
  type VolumeInventory,
} from '../../core/model/index.js';
import type {
  Clock,
  CommandResult,
  CommandRunner,
  SnapshotRequest,
  VolumeHolders,
  VolumeManager,
  WatchedSnapshot,
} from '../../ports/index.js';
import {
  commandFailed,
  expectQuietSuccess,
  parseOutput,
  saysMapIsAbsent,
} from '../shared/index.js';
import * as argv from './argv.js';
import { parseFills, parsePoolFills, poolMaps, watchedMaps } from './fill.js';
import { readGuestVolumeGroups } from './guest-reader.js';
import { volumeHolders } from './holders.js';
import { hostDeviceSettings } from './host-settings.js';
import { volumeOperand } from './names.js';
import { harmlessWarnings, meaningOfFailure, saysVolumeIsAbsent } from './outcome.js';
import { parseLogicalVolumes, parseSnapshotStatus, parseVolumeGroups } from './parse.js';
import { createSnapshot, extendSnapshot, removeSnapshot } from './snapshots.js';

/** A question that the kernel answers at once, or not at all. */
const fillTimeoutMs = 20_000;

/** What the adapter needs of its host. */
export interface VolumeManagerOptions {
  readonly runner: CommandRunner;
  /** Paces the retries while a snapshot is busy. */
  readonly clock: Clock;
  readonly hostName: HostName;
}

/** The volume manager of a host, over LVM's own commands. */
export function createVolumeManager(options: VolumeManagerOptions): VolumeManager {
  return new LvmVolumeManager(options);
}

class LvmVolumeManager implements VolumeManager {
  readonly #runner: CommandRunner;
  readonly #clock: Clock;
  readonly #host: HostName;
  readonly #settings: () => Promise<string>;

  constructor({ runner, clock, hostName }: VolumeManagerOptions) {
    this.#runner = runner;
    this.#clock = clock;
    this.#host = hostName;
    this.#settings = hostDeviceSettings(runner, hostName);
  }

  async inventory(): Promise<VolumeInventory> {
    const settings = await this.#settings();
    const [groups, volumes] = await together([
      this.#runner.run({ argv: argv.volumeGroupsArgv(settings) }),
      this.#runner.run({ argv: argv.volumesArgv(settings) }),
    ]);
    for (const result of [groups, volumes]) {
      expectQuietSuccess(this.#host, result, harmlessWarnings);
    }
    return {
      volumeGroups: parseOutput(this.#host, groups, parseVolumeGroups),
      logicalVolumes: parseOutput(this.#host, volumes, parseLogicalVolumes),
    };
  }

  async findVolume(path: string): Promise<LogicalVolume | undefined> {
    const found = await this.#listVolumes(argv.requireVolumePath(path));
    // LVM takes /dev/NAME for the whole group NAME: only a volume with this very path counts.
    return found.find(
      (volume) =>
        volume.deviceMapperPath === path ||
        `/dev/${volume.volumeGroup}/${volume.name}` === path ||
        (volume.path !== '' && volume.path === path),
    );
  }

  holders({ deviceMapperPath }: Pick<LogicalVolume, 'deviceMapperPath'>): Promise<VolumeHolders> {
    const mapName = deviceMapperPath.slice('/dev/mapper/'.length);
    return volumeHolders(this.#runner, this.#host, mapName);
  }

  createSnapshot(request: SnapshotRequest, onTaken?: () => void): Promise<LogicalVolume> {
    return createSnapshot(this.#context(), request, onTaken);
  }

  removeSnapshot(proof: Omit<SnapshotRequest, 'storage'>): Promise<void> {
    return removeSnapshot(this.#context(), proof);
  }

  extendSnapshot(
    proof: Omit<SnapshotRequest, 'storage'>,
    sizeBytes: number,
  ): Promise<LogicalVolume> {
    return extendSnapshot(this.#context(), proof, sizeBytes);
  }

  async snapshotFills(snapshots: readonly WatchedSnapshot[]): Promise<readonly SnapshotFill[]> {
    if (snapshots.length === 0) return [];
    for (const { volumeGroup, name, pool } of snapshots) {
      volumeOperand(volumeGroup, name);
      if (pool !== undefined) volumeOperand(volumeGroup, pool);
    }
    const result = await this.#runner.run({
      argv: argv.mapStatesArgv(watchedMaps(snapshots)),
      timeoutMs: fillTimeoutMs,
    });
    this.#requireMaps(result);
    return parseOutput(this.#host, result, (text) => parseFills(text, snapshots));
  }

  async thinPoolFills(pools: readonly ThinPoolName[]): Promise<readonly ThinPoolFill[]> {
    if (pools.length === 0) return [];
    for (const { volumeGroup, name } of pools) volumeOperand(volumeGroup, name);
    const result = await this.#runner.run({
      argv: argv.mapStatesArgv(poolMaps(pools)),
      timeoutMs: fillTimeoutMs,
    });
    this.#requireMaps(result);
    return parseOutput(this.#host, result, (text) => parsePoolFills(text, pools));
  }

  async snapshotHealth(volumeGroup: string, snapshot: string): Promise<SnapshotHealth> {
    volumeOperand(volumeGroup, snapshot);
    const name = deviceMapperName(volumeGroup, snapshot);
    const result = await this.#runner.run({ argv: argv.snapshotStatusArgv(name) });
    this.#requireMaps(result);
    return parseOutput(this.#host, result, parseSnapshotStatus);
  }

  #requireMaps(result: CommandResult): void {
    if (result.exitCode !== 0) {
      const code = saysMapIsAbsent(result.stderr) ? 'volume-not-found' : 'command-failed';
      throw commandFailed(this.#host, result, code);
    }
    expectQuietSuccess(this.#host, result);
  }

  readGuestVolumeGroups(devices: readonly string[]): Promise<readonly GuestVolumeGroup[]> {
    return readGuestVolumeGroups(this.#runner, this.#host, devices);
  }

  #context() {
    return {
      runner: this.#runner,
      clock: this.#clock,
      host: this.#host,
      settings: this.#settings,
      find: (volumeGroup: string, name: string) => this.#findByName(volumeGroup, name),
    };
  }

  async #findByName(volumeGroup: string, name: string): Promise<LogicalVolume | undefined> {
    const found = await this.#listVolumes(volumeOperand(volumeGroup, name));
    const [volume, ...others] = found;
    if (volume === undefined) return undefined;
    if (others.length > 0 || volume.volumeGroup !== volumeGroup || volume.name !== name) {
      throw new XenBackupError('output-unexpected', {
        message: `lvs on ${this.#host} answers with other volumes than ${volumeGroup}/${name}`,
        details: { host: this.#host, volumes: found.map(({ path }) => path) },
      });
    }
    return volume;
  }

  async #listVolumes(place: string): Promise<readonly LogicalVolume[]> {
    const settings = await this.#settings();
    const result = await this.#runner.run({ argv: argv.volumesArgv(settings, place) });
    if (result.exitCode !== 0) {
      if (saysVolumeIsAbsent(result)) return [];
      throw commandFailed(this.#host, result, meaningOfFailure(result));
    }
    expectQuietSuccess(this.#host, result, harmlessWarnings);
    return parseOutput(this.#host, result, parseLogicalVolumes);
  }
}
