import { deviceMapperName } from '../../src/core/model/index.js';
import {
  groupNames,
  type RandomDisk,
  type RandomLayout,
  type RandomVolume,
  volumeNames,
} from './random-layout.js';

const mebibyte = 2 ** 20;
const slotBytes = 64 * mebibyte;
/** Of 4 MiB each, behind the first MiB. */
const extentsPerSlot = 15;

type Content = Record<string, unknown>;

/** A device that bears a file system, as a scenario writes it and as discovery must find it. */
export interface BuiltFileSystem {
  readonly position: string;
  readonly type: string;
  readonly uuid: string;
  /** Every name a guest's fstab may have for it. */
  readonly names: readonly string[];
  readonly content: Content & { readonly files: Record<string, string> };
}

export interface BuiltLayout {
  /** Disk target -> size and content. */
  readonly disks: ReadonlyMap<string, Record<string, unknown>>;
  readonly fileSystems: readonly BuiltFileSystem[];
  /** Positions of what bears swap or nothing: told as not copied. */
  readonly others: readonly string[];
}

/** Gives everything in a layout its names, UUIDs and places. */
export function buildLayout(layout: RandomLayout): BuiltLayout {
  return new LayoutBuilder(layout).build();
}

class LayoutBuilder {
  readonly #layout: RandomLayout;
  readonly #fileSystems: BuiltFileSystem[] = [];
  readonly #others: string[] = [];
  readonly #started = new Set<string>();
  #count = 0;

  constructor(layout: RandomLayout) {
    this.#layout = layout;
  }

  build(): BuiltLayout {
    const disks = this.#layout.disks.map((disk, index): [string, Record<string, unknown>] => {
      const target = `${this.#layout.prefix}${'abc'.charAt(index)}`;
      const content = this.#disk(disk, target);
      const size =
        disk.kind === 'whole' ? slotBytes : (disk.slots.length + 1) * (slotBytes + 4 * mebibyte);
      return [target, { size, ...(content === undefined ? {} : { content }) }];
    });
    return { disks: new Map(disks), fileSystems: this.#fileSystems, others: this.#others };
  }

  #disk(disk: RandomDisk, target: string): Content | undefined {
    const [first = 'blank'] = disk.slots;
    if (disk.kind === 'whole') return this.#bearer(first, target, [`/dev/${target}`]);
    const partitions: Record<string, Content> = {};
    const primaries = disk.kind === 'gpt' ? disk.slots.length : disk.primaries;
    disk.slots.forEach((slot, index) => {
      const isLogical = index >= primaries;
      if (index === primaries) partitions['4'] = { size: 'rest', kind: 'extended' };
      const number = isLogical ? 5 + index - primaries : index + 1;
      partitions[String(number)] = this.#partition(disk.kind, slot, target, number);
    });
    const sorted = Object.entries(partitions).sort(
      ([left], [right]) => Number(left) - Number(right),
    );
    return {
      table: disk.kind,
      uuid: this.#tableUuid(disk.kind),
      partitions: Object.fromEntries(sorted),
    };
  }

  #partition(
    kind: string,
    slot: RandomDisk['slots'][number],
    target: string,
    number: number,
  ): Content {
    const uuid = this.#uuid();
    const name = `part ${target} ${String(number)}`;
    const position = `${target}/${String(number)}`;
    const letters = target.slice(-1);
    const content = this.#bearer(slot, position, [
      ...['xvd', 'sd', 'hd', 'vd'].map((prefix) => `/dev/${prefix}${letters}${String(number)}`),
      ...(kind === 'gpt' ? [`PARTUUID=${uuid}`, `PARTLABEL="${name}"`] : []),
    ]);
    return {
      size: slotBytes,
      ...(kind === 'gpt' ? { uuid, name } : {}),
      // The type lies: whatever stands there, it says NTFS.
      ...(number === 1 && kind === 'msdos' ? { type: '0x7' } : {}),
      ...(content === undefined ? {} : { content }),
    };
  }

  #bearer(
    slot: RandomDisk['slots'][number],
    position: string,
    names: readonly string[],
  ): Content | undefined {
    if (slot === 'pv0' || slot === 'pv1') return this.#physicalVolume(slot === 'pv0' ? 0 : 1);
    return this.#plain(slot, position, names);
  }

  #plain(
    bears: RandomVolume['bears'],
    position: string,
    names: readonly string[],
  ): Content | undefined {
    if (bears === 'blank' || bears === 'swap') {
      this.#others.push(position);
      return bears === 'blank' ? undefined : { swap: true, uuid: this.#uuid() };
    }
    const uuid =
      bears === 'vfat'
        ? this.#uuid()
            .slice(-9)
            .replace(/^(....)./, '$1-')
        : this.#uuid();
    const label = `fs${String(this.#count)}`;
    const own = [`UUID=${uuid}`, `/dev/disk/by-uuid/${uuid}`, `LABEL=${label}`];
    const content = { fileSystem: bears, uuid, label, files: { '/kept': 'of today\n' } };
    this.#fileSystems.push({ position, type: bears, uuid, names: [...own, ...names], content });
    return content;
  }

  #physicalVolume(index: 0 | 1): Content {
    const group = groupNames[index];
    if (this.#started.has(group)) return { physicalVolumeOf: group };
    this.#started.add(group);
    const members = this.#layout.disks
      .flatMap(({ kind, slots }) => (kind === 'whole' ? slots.slice(0, 1) : slots))
      .filter((slot) => slot === `pv${String(index)}`).length;
    let free = members * extentsPerSlot;
    const volumes: Record<string, Content> = {};
    this.#layout.groups[index]?.forEach((volume, at) => {
      const name = volumeNames[at] ?? '';
      // Only the first: behind others there may be room on one of them alone.
      const stripes = volume.striped && members > 1 && at === 0 ? 2 : 1;
      // Longer than one physical volume where there are several.
      const extents = volume.extents * (stripes > 1 || members > 2 ? 4 : 1);
      if (extents > free) return;
      free -= extents;
      volumes[name] = this.#volume(volume, `${group}/${name}`, extents, stripes);
    });
    return { volumeGroup: group, volumes };
  }

  #volume(volume: RandomVolume, position: string, extents: number, stripes: number): Content {
    const [group = '', name = ''] = position.split('/');
    const mapped = deviceMapperName(group, name);
    const names = [
      `/dev/${position}`,
      `/dev/mapper/${mapped}`,
      `/dev/disk/by-id/dm-name-${mapped}`,
    ];
    const content = this.#plain(volume.bears, position, names);
    return {
      size: extents * 4 * mebibyte,
      ...(stripes > 1 ? { stripes, stripeSize: 64 * 1024 } : {}),
      ...(content === undefined ? {} : { content }),
    };
  }

  #tableUuid(kind: string): string {
    return kind === 'gpt' ? this.#uuid() : this.#uuid().slice(-8);
  }

  #uuid(): string {
    this.#count += 1;
    return `0f3c1a52-7a5e-4b7a-9f59-${(0xabcdef000000 + this.#count).toString(16)}`;
  }
}
