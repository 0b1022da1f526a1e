/** How names of the site appear in a capture. */
export interface Names {
  host(name: string): string;
  guest(name: string): string;
  /** Address of a host for control. */
  address(address: string): string;
  volumeGroup(name: string): string;
  /** A volume of a host, by its group and its own name. */
  volume(group: string, name: string): string;
  /** Anything that serves as a UUID: RFC 4122, LVM's, a table's, a FAT serial number. */
  uuid(uuid: string): string;
  /** A path on a host that is no logical volume. */
  path(path: string): string;
  /** An image file that bears a disk. */
  image(path: string): string;
  /** A device that bears a disk and is no logical volume: as simulated hosts can have it. */
  plainDisk(path: string): string;
  /** A server that an fstab names, with what follows it. */
  share(device: string): string;
  /** A line of an fstab that has too few fields. */
  malformed(line: string): string;
  /** A name that a guest has for a device, with what in it identifies the site. */
  device(name: string): string;
}

/** Everything as it is; only devices whose names simulated hosts do not know get another. */
export function trueNames(): Names {
  const disks = new PlainDiskNames();
  return {
    host: (name) => name,
    guest: (name) => name,
    address: (address) => address,
    volumeGroup: (name) => name,
    volume: (_, name) => name,
    uuid: (uuid) => uuid,
    path: (path) => path,
    image: (path) => path,
    plainDisk: (path) => (/^\/dev\/(?:sd|xvd)[c-z]\d?$/.test(path) ? path : disks.nameOf(path)),
    share: (device) => device,
    malformed: (line) => line,
    device: (name) => name,
  };
}

/** Disks from the end of the alphabet: the beginning is where a site's own are. */
class PlainDiskNames {
  readonly #known: string[] = [];

  nameOf(path: string): string {
    if (!this.#known.includes(path)) this.#known.push(path);
    return `/dev/sd${String.fromCharCode('z'.charCodeAt(0) - this.#known.indexOf(path))}`;
  }
}

/**
 * Names that tell nothing of the site. Equal ones stay equal, different ones different: a clash of
 * UUIDs among guests of one template is still there. UUIDs keep their form.
 */
export class AnonymousNames implements Names {
  readonly #known = new Map<string, Map<string, string>>();
  readonly #disks = new PlainDiskNames();

  host(name: string): string {
    return this.#replace('host', name, (number) => `host${number}`);
  }

  guest(name: string): string {
    return this.#replace('guest', name, (number) => `guest${number}`);
  }

  /** From the addresses reserved for documentation (RFC 5737). */
  address(address: string): string {
    return this.#replace('address', address, (number) => `192.0.2.${number}`);
  }

  volumeGroup(name: string): string {
    return this.#replace('group', name, (number) => `hostgroup${number}`);
  }

  volume(group: string, name: string): string {
    return this.#replace('volume', `${group}/${name}`, (number) => `volume${number}`);
  }

  uuid(uuid: string): string {
    return this.#replace('uuid', uuid.toLowerCase(), (number) => numbered(uuid, number));
  }

  path(path: string): string {
    return this.#replace('path', path, (number) => `/dev/disk/by-id/disk${number}`);
  }

  image(path: string): string {
    return this.#replace('image', path, (number) => `/srv/images/disk${number}`);
  }

  plainDisk(path: string): string {
    return this.#disks.nameOf(path);
  }

  share(device: string): string {
    return this.#replace('share', device, (number) => `server:/share${number}`);
  }

  malformed(): string {
    return 'malformed';
  }

  device(name: string): string {
    return name
      .replace(/(dm-uuid-LVM-)([A-Za-z0-9]{32})([A-Za-z0-9]{32})/g, (_, key, group, volume) =>
        [String(key), ...[group, volume].map((id) => this.#volumeManagerId(String(id)))].join(''),
      )
      .replace(
        /(UUID=["']?|by-(?:part)?uuid\/)([0-9A-Za-z]+(?:-[0-9A-Za-z]+)*)/gi,
        (_, key, uuid) => `${String(key)}${this.#textUuid(String(uuid))}`,
      )
      .replace(/^\/dev\/disk\/by-(?:id\/(?!dm-)|path\/).*/, (path) => this.path(path));
  }

  /** A partition of an msdos table is known by the table's identifier and its number. */
  #textUuid(uuid: string): string {
    const [, table, number] = /^([0-9a-f]{8})-([0-9a-f]{2})$/i.exec(uuid) ?? [];
    return table === undefined || number === undefined
      ? this.uuid(uuid)
      : `${this.uuid(table)}-${number}`;
  }

  #volumeManagerId(id: string): string {
    const uuid = id.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
    return this.uuid(uuid).replaceAll('-', '');
  }

  #replace(kind: string, name: string, make: (number: string) => string): string {
    const known = this.#known.get(kind) ?? new Map<string, string>();
    this.#known.set(kind, known);
    const replacement = known.get(name) ?? make(String(known.size + 1));
    known.set(name, replacement);
    return replacement;
  }
}

/** A UUID of the same form that is only a number. */
function numbered(uuid: string, number: string): string {
  const digits = Array.from(Number(number).toString(16)).reverse();
  return Array.from(uuid)
    .reverse()
    .map((character) => (character === '-' ? '-' : (digits.shift() ?? '0')))
    .reverse()
    .join('');
}
