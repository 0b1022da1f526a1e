import type { GuestConfiguration, GuestReport, StandbyRecord } from '../../core/index.js';
import {
  articleLayout,
  fileSystem,
  type Layout,
  partitioned,
  physicalVolume,
} from '../../core/testing/layout.contract.js';
import { type RunOptions, type RunResult, runReplication } from '../use-cases/run.js';
import { guestOf, MemoryWorld } from './memory-world.contract.js';

/** Two disks: /boot and a volume group on the first, a part of the group on the second. */
export function twoDiskLayout(): Layout {
  return {
    disks: new Map([
      ['xvda', partitioned('gpt', [fileSystem('ext4', 'two-boot'), physicalVolume()])],
      ['xvdb', physicalVolume()],
    ]),
    groups: [
      {
        name: 'VolGroup00',
        uuid: 'two-vg',
        volumes: [
          { name: 'root', device: fileSystem('ext4', 'two-root') },
          { name: 'home', device: fileSystem('xfs', 'two-home') },
        ],
      },
    ],
  };
}

export const articleGuest = ['aaaa-root', 'aaaa-boot'];

/**
 * Three hosts: dc1, the article's guest, runs on a and has standbys on b and c, which hold what the
 * source held before.
 */
export class ThreeHosts {
  readonly world = new MemoryWorld('a', 'b', 'c');
  readonly guests: GuestConfiguration[] = [guestOf('dc1', ['a', 'b', 'c'])];
  abort = new AbortController();

  constructor() {
    this.addGuest('dc1', articleLayout(), articleGuest);
    const fstab = 'LABEL=root / ext3 defaults 1 1\nLABEL=/boot /boot ext3 defaults 1 2\n';
    for (const { mounts } of this.world.hosts.values()) mounts.fstabs.set('aaaa-root', fstab);
  }

  /** A guest that runs on a; b and c hold older data of its file systems. */
  addGuest(name: string, layout: Layout, uuids: readonly string[]): void {
    for (const host of this.world.hosts.values()) {
      host.addGuest(name, layout, host.name === 'a' ? 'running' : 'shut off');
      for (const uuid of uuids) host.mounts.data.set(uuid, host.name === 'a' ? 'new' : 'old');
    }
  }

  run(options: Partial<RunOptions> = {}): Promise<RunResult> {
    const context = this.world.context(this.guests, this.abort.signal);
    return runReplication(context, { mode: 'run', guests: [], ...options });
  }

  /** The report of a guest of one run. */
  async report(options: Partial<RunOptions> = {}): Promise<GuestReport> {
    const { report } = await this.run(options);
    const [guest] = report.guests;
    if (guest === undefined) throw new Error('no guest was reported');
    return guest;
  }

  record(host: string, guest = 'dc1'): StandbyRecord | undefined {
    const text = this.world.host(host).record(guest);
    return text === undefined ? undefined : (JSON.parse(text) as StandbyRecord);
  }

  /** What a host holds of the file systems, in their order. */
  data(host: string, uuids: readonly string[] = articleGuest): readonly (string | undefined)[] {
    return uuids.map((uuid) => this.world.host(host).mounts.data.get(uuid));
  }

  /** Everything of ours that is left on any host. */
  get traces(): readonly string[] {
    return [...this.world.hosts.values()].flatMap((host) =>
      host.traces.map((trace) => `${host.name}: ${trace}`),
    );
  }

  /** Place of the first (or last) call that matches, for comparisons of order; it must exist. */
  first(pattern: RegExp): number {
    return found(
      this.world.trace().findIndex((line) => pattern.test(line)),
      pattern,
    );
  }

  last(pattern: RegExp): number {
    return found(
      this.world.trace().findLastIndex((line) => pattern.test(line)),
      pattern,
    );
  }
}

function found(index: number, pattern: RegExp): number {
  if (index < 0) throw new Error(`no call matches ${String(pattern)}`);
  return index;
}
