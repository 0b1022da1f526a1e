import {
  isRunId,
  parseOwnedName,
  type RunId,
  toXenBackupError,
  type Undo,
  unknownVolumes,
} from '../../core/index.js';
import type { Clock, DeviceMap, Host } from '../../ports/index.js';
import { rulesDirectory, runDirectory } from '../context.js';
import { takeUndo } from '../steps/undo.js';
import { places } from './places.js';
import type { RecoveryResult } from './recover-journals.js';
import type { RunLiveness } from './run-liveness.js';

/**
 * Removes what dead runs left and no journal lists, by what is observed on the host: only objects
 * with our name *and* our stamp. Mounts go first, then maps from the top of each stack, then
 * snapshots, then rules, directories and the files of locks.
 */
export async function recoverStamped(
  host: Host,
  clock: Clock,
  liveness: RunLiveness,
): Promise<SweepResult> {
  const sweep = new Sweep(host, clock, liveness);
  await sweep.mounts();
  await sweep.maps();
  await sweep.images();
  await sweep.snapshots();
  await sweep.rules();
  await sweep.directories();
  await sweep.locks();
  return sweep.result;
}

export interface SweepResult extends RecoveryResult {
  /** Active volumes of groups that are not the host's: a guest's, which nobody should activate. */
  readonly unknownVolumes: readonly string[];
}

/** Under a run's directory: the bases of its mount points, and in each the mount points. */
const depthOfMountPoints = 2;

class Sweep {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #liveness: RunLiveness;
  readonly #undone: string[] = [];
  readonly #residue: string[] = [];
  #maps: readonly DeviceMap[] = [];
  #unknownVolumes: readonly string[] = [];

  constructor(host: Host, clock: Clock, liveness: RunLiveness) {
    this.#host = host;
    this.#clock = clock;
    this.#liveness = liveness;
  }

  get result(): SweepResult {
    const unknown = this.#unknownVolumes;
    return { undone: this.#undone, residue: this.#residue, unknownVolumes: unknown };
  }

  async mounts(): Promise<void> {
    const entries = await places.mounts(this.#host);
    for (const { mountPoint, root } of entries.toReversed()) {
      const runId = runOfPath(mountPoint);
      if (runId === undefined || isImage(mountPoint, root)) continue;
      if (!(await this.#liveness.isDead(runId))) continue;
      await this.#undo({ kind: 'unmount', mountPoint }, `mount on ${mountPoint}`);
    }
  }

  async maps(): Promise<void> {
    const waiting = new Map<string, string>();
    this.#maps = await places.maps(this.#host);
    for (const { name, uuid } of this.#maps) {
      const owned = parseOwnedName(name);
      if (owned === undefined || !isStampOf(uuid, owned.runId)) continue;
      if (await this.#liveness.isDead(owned.runId)) waiting.set(name, uuid);
    }
    // Whatever nothing stands on goes; then what that stood on. Each turn removes at least one.
    while (waiting.size > 0) {
      const maps = await places.maps(this.#host);
      const free = maps.filter(({ name, openCount }) => waiting.has(name) && openCount === 0);
      for (const { name, uuid } of free) {
        await this.#undo({ kind: 'remove-map', name, uuid }, `map ${name}`);
        waiting.delete(name);
      }
      if (free.length > 0) continue;
      const gone = [...waiting.keys()].filter((name) => !maps.some((map) => map.name === name));
      for (const name of gone) waiting.delete(name);
      if (gone.length > 0) continue;
      for (const name of waiting.keys())
        this.#residue.push(`${this.#host.name}: map ${name} (in use)`);
      return;
    }
  }

  /**
   * Image files that are shown under names of ours: the file to mount on is there before anything
   * else of them, and goes last, so that it alone tells of all.
   */
  async images(): Promise<void> {
    for (const { name: runId, kind } of await places.runs(this.#host)) {
      if (kind !== 'directory' || !isRunId(runId)) continue;
      const entries = await this.#host.files.list(`${runDirectory}/${runId}`);
      const images = entries.filter(
        (entry) => entry.kind === 'file' && parseOwnedName(entry.name)?.runId === runId,
      );
      if (images.length === 0 || !(await this.#liveness.isDead(runId))) continue;
      for (const { name } of images) {
        const mountPoint = `${runDirectory}/${runId}/${name}`;
        await this.#undo({ kind: 'detach-image', mountPoint }, `image shown as ${mountPoint}`);
      }
    }
  }

  async snapshots(): Promise<void> {
    const inventory = await places.volumes(this.#host);
    this.#unknownVolumes = unknownVolumes(this.#maps, inventory);
    for (const { name, volumeGroup, origin, tags } of inventory.logicalVolumes) {
      const owned = parseOwnedName(name);
      if (owned === undefined || origin === undefined) continue;
      const stamp = ['xen-backup', `xen-backup-${owned.runId}`];
      if (!stamp.every((tag) => tags.includes(tag))) continue;
      if (!(await this.#liveness.isDead(owned.runId))) continue;
      const undo: Undo = { kind: 'remove-snapshot', volumeGroup, origin, name, tags: stamp };
      await this.#undo(undo, `snapshot ${volumeGroup}/${name}`);
    }
  }

  async rules(): Promise<void> {
    for (const { name } of await places.rules(this.#host)) {
      const runId = /^56-xen-backup-([a-z0-9]{10})\.rules$/.exec(name)?.[1];
      if (runId === undefined || !(await this.#liveness.isDead(runId))) continue;
      const path = `${rulesDirectory}/${name}`;
      await this.#undo({ kind: 'remove-rule', path }, `udev rule ${path}`);
    }
  }

  async directories(): Promise<void> {
    for (const { name, kind } of await places.runs(this.#host)) {
      if (kind !== 'directory' || !isRunId(name) || !(await this.#liveness.isDead(name))) continue;
      await this.#attempt(`directory ${runDirectory}/${name}`, async () => {
        await this.#removeEmpty(`${runDirectory}/${name}`, depthOfMountPoints);
      });
    }
  }

  /** Directories only, and never what has something in it: no file is ours here. */
  async #removeEmpty(path: string, depth: number): Promise<void> {
    const entries = depth === 0 ? [] : await this.#host.files.list(path);
    for (const { name } of entries) await this.#removeEmpty(`${path}/${name}`, depth - 1);
    await this.#host.files.removeDirectory(path);
  }

  /**
   * Locks whose holder was killed, or that could not be released because a writer lived: whoever
   * takes and releases one removes its files. A living holder's is busy, and stays.
   */
  async locks(): Promise<void> {
    for (const { name } of await places.locks(this.#host)) {
      const lock = /^((?:run|guest)-.+)\.lock$/.exec(name)?.[1];
      if (lock === undefined) continue;
      const runId = /^run-(.+)$/.exec(lock)?.[1];
      if (runId === undefined) await this.#liveness.tidyLock(lock);
      else if (isRunId(runId)) await this.#liveness.isDead(runId);
    }
  }

  async #undo(undo: Undo, what: string): Promise<void> {
    await this.#attempt(what, () => takeUndo(undo, this.#host, this.#clock));
  }

  async #attempt(what: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      this.#undone.push(what);
    } catch (error) {
      this.#residue.push(`${this.#host.name}: ${what} (${toXenBackupError(error).message})`);
    }
  }
}

/** A single file that is mounted directly in a run's directory: its loop device goes first. */
function isImage(mountPoint: string, root: string): boolean {
  const depth = mountPoint.slice(runDirectory.length + 1).split('/').length;
  return depth === depthOfMountPoints && root !== '/';
}

function runOfPath(path: string): RunId | undefined {
  const [runId = ''] = path.startsWith(`${runDirectory}/`)
    ? path.slice(runDirectory.length + 1).split('/')
    : [];
  return isRunId(runId) ? runId : undefined;
}

/** A map of ours, or a partition map kpartx made on one (it puts `partN-` before the uuid). */
function isStampOf(uuid: string, runId: RunId): boolean {
  return new RegExp(`^(?:part\\d+-)?XENBACKUP-${runId}-\\d+$`).test(uuid);
}
