import { deviceNumberInDecimal } from '../../fakes/filesystem/mount-table.js';
import { change } from '../../fakes/filesystem/files.js';
import { fileSystemOf } from '../../fakes/filesystem/mounted-tree.js';
import { type Location, locate, treeAt } from '../../fakes/filesystem/path-walk.js';
import type { Machine } from '../../fakes/world/state.js';
import type { ProvenMount } from '../../src/ports/index.js';
import { type MountedFileSystem, mountNew } from './file-systems.js';
import { type KnownContents, materialise } from './flow-materialise.js';
import { readBack } from './flow-read-back.js';
import type { ExecResult } from './peer/peer.js';

const imageMiB = 128;

/** A side on which simulated file systems become real ones. */
export interface RealSide {
  readonly exec: (argv: readonly string[]) => Promise<ExecResult>;
  /** Where images and mount points may lie there. */
  readonly directory: string;
  pathFromHere(path: string): string;
}

/** A real file system, and what it stands for. */
export interface RealMount extends MountedFileSystem {
  /** Of the file system of the simulation; a copy has that of its original. */
  readonly uuid: string;
  /** Its mount point as this machine sees it. */
  readonly fromHere: string;
}

/** The real file systems of one host of the simulation. */
export class RealMounts {
  readonly machine: Machine;
  readonly #side: RealSide;
  readonly #contents: KnownContents;
  readonly #made = new Map<string, RealMount>();
  readonly #others: RealMount[] = [];

  constructor(machine: Machine, side: RealSide, contents: KnownContents) {
    this.machine = machine;
    this.#side = side;
    this.#contents = contents;
  }

  /** The latest real file system for each of the simulation, by its UUID. */
  get byUuid(): ReadonlyMap<string, RealMount> {
    return new Map([...this.#made.values()].map((made) => [made.uuid, made]));
  }

  /**
   * The real file system for what is mounted there now; made of its content when it is new.
   *
   * @param lifetime - a snapshot lives for one `mount`; what is written to is the same `disk` in
   * every run
   */
  async standInFor(mountPoint: string, lifetime: 'mount' | 'disk'): Promise<RealMount> {
    const { uuid } = fileSystemOf(this.machine, this.#locate(mountPoint).mount).superblock;
    if (uuid === undefined) throw new Error(`${mountPoint} has no UUID`);
    const key = lifetime === 'mount' ? mountPoint : uuid;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = await this.#mountEmpty(uuid);
    this.#made.set(key, made);
    const tree = treeAt(this.machine, this.#locate(mountPoint));
    await materialise(tree, made.fromHere, this.#contents);
    return made;
  }

  /** An empty real file system that stands for nothing. */
  async stranger(): Promise<RealMount> {
    const stranger = await this.#mountEmpty('');
    this.#others.push(stranger);
    return stranger;
  }

  /**
   * What a command says of a place, put in terms of the real file system that stands for it. An
   * identity that is not the one of the simulated mount is left as it is: the real guard is to
   * judge it, not this translation.
   */
  translate({ mountPoint, identity }: ProvenMount, real: ProvenMount): ProvenMount {
    const here = this.#locate(mountPoint);
    const device = deviceNumberInDecimal(here.mount.device);
    const isRight = identity.device === device && identity.inode === String(here.inode);
    return { mountPoint: real.mountPoint, identity: isRight ? real.identity : identity };
  }

  /** Gives the simulated mount what the real file system holds now. */
  takeBack(mountPoint: string, real: RealMount): void {
    const bytes = treeAt(this.machine, this.#locate(mountPoint)).usedBytes;
    change(this.machine, this.#locate(mountPoint), bytes, (tree, at) => {
      readBack({ directory: real.fromHere, tree, contents: this.#contents, at });
    });
  }

  async unmountAll(): Promise<void> {
    for (const mounted of [...this.#made.values(), ...this.#others]) await mounted.unmount();
  }

  async #mountEmpty(uuid: string): Promise<RealMount> {
    const mounted = await mountNew(this.#side.exec, this.#side.directory, 'ext4', imageMiB);
    // ext4 brings a directory of its own.
    await this.#side.exec(['rmdir', `${mounted.mountPoint}/lost+found`]);
    return { ...mounted, uuid, fromHere: this.#side.pathFromHere(mounted.mountPoint) };
  }

  #locate(mountPoint: string): Location {
    const location = locate(this.machine, mountPoint);
    const { mount } = location;
    if (mount.mountPoint === mountPoint) return location;
    throw new Error(`nothing is mounted on ${mountPoint} of ${this.machine.name}`);
  }
}
