import { guestDevices } from '../../src/adapters/lvm/device-filters.js';
import { deviceMapperName } from '../../src/core/model/index.js';
import type { Argv, Clock, CommandRunner } from '../../src/ports/index.js';
import {
  type BlockHost,
  type BlockPorts,
  mebibyte,
  mountBase,
  type SampleContent,
  type SampleGroup,
  type SamplePartition,
  sectorBytes,
} from './block-host.js';

export interface CommandBlockHostOptions {
  readonly ports: BlockPorts;
  readonly runner: CommandRunner;
  readonly clock: Clock;
  /** A volume group to play with: every volume the contracts make there is removed again. */
  readonly volumeGroup: string;
}

const rulePath = '/run/udev/rules.d/56-xen-backup-contract-host.rules';

/** A real host, prepared and disturbed by its own tools. Needs root, sfdisk and e2fsprogs there. */
export async function commandBlockHost(options: CommandBlockHostOptions): Promise<BlockHost> {
  const host = new CommandBlockHost(options);
  await options.ports.deviceEvents.installRule(rulePath);
  return host;
}

/** What LVM takes for /dev while it makes a guest's group, which stays inactive. */
const guestGroupDirectory = '/dev/xen-backup-contract';

class CommandBlockHost implements BlockHost {
  readonly ports: BlockPorts;
  readonly clock: Clock;
  readonly volumeGroup: string;
  readonly #runner: CommandRunner;
  readonly #volumes: string[] = [];

  constructor({ ports, runner, clock, volumeGroup }: CommandBlockHostOptions) {
    this.ports = ports;
    this.clock = clock;
    this.volumeGroup = volumeGroup;
    this.#runner = runner;
  }

  async createVolume(name: string, sizeBytes: number): Promise<string> {
    const size = ['--size', `${sizeBytes}b`, '--name', name];
    await this.#must(['lvcreate', '--yes', '--wipesignatures', 'y', ...size, this.volumeGroup]);
    this.#volumes.push(name);
    const path = `/dev/mapper/${deviceMapperName(this.volumeGroup, name)}`;
    // Extents are used again and again: what stood there before must not be found.
    if (sizeBytes <= 128 * mebibyte) {
      await this.#must(['blkdiscard', '--zeroout', '--force', path]);
    }
    await this.ports.deviceEvents.settle();
    return path;
  }

  async createThinVolume(name: string, sizeBytes: number): Promise<string> {
    const pool = 'contract-pool';
    if (!this.#volumes.includes(pool)) {
      const poolSize = ['--size', `${String(64 * mebibyte)}b`, '--name', pool];
      await this.#must(['lvcreate', '--yes', '--type', 'thin-pool', ...poolSize, this.volumeGroup]);
      this.#volumes.push(pool);
    }
    const size = ['--virtualsize', `${String(sizeBytes)}b`, '--name', name];
    const thin = ['--type', 'thin', '--thinpool', pool];
    await this.#must(['lvcreate', '--yes', ...thin, ...size, this.volumeGroup]);
    this.#volumes.push(name);
    await this.ports.deviceEvents.settle();
    return `/dev/mapper/${deviceMapperName(this.volumeGroup, name)}`;
  }

  async format(device: string, content: SampleContent): Promise<void> {
    switch (content.kind) {
      case 'msdos':
      case 'gpt': {
        // sfdisk, because parted would make maps of its own for the partitions.
        const quiet = ['--quiet', '--no-tell-kernel', '--no-reread', '--wipe', 'never'];
        await this.#must(['sfdisk', ...quiet, device], sfdiskScript(content));
        break;
      }
      case 'file-system':
        await this.#must([
          `mkfs.${content.type}`,
          ...['-q', '-F', ...labelOption(content.label), device],
        ]);
        break;
      case 'swap':
        await this.#must(['mkswap', '-f', ...labelOption(content.label), device]);
        break;
      case 'physical-volume':
        await this.#must(['pvcreate', '--config', guestDevices([device]), '--yes', device]);
        break;
    }
    await this.ports.deviceEvents.settle();
  }

  async createGuestGroup({ name, devices, volumes }: SampleGroup): Promise<void> {
    // With the host's own name a group is refused where /dev/NAME exists already. Below /dev all the
    // same: device-mapper's control node is made there, and /run takes no device nodes.
    await this.#must(['mkdir', '-p', guestGroupDirectory]);
    const elsewhere = `devices{dir="${guestGroupDirectory}" `;
    const config = ['--config', guestDevices(devices).replace('devices{', elsewhere)];
    await this.#must([
      'vgcreate',
      ...config,
      '--yes',
      '--physicalextentsize',
      '4m',
      name,
      ...devices,
    ]);
    for (const volume of volumes) {
      const stripes =
        volume.stripes === undefined
          ? []
          : ['--stripes', String(volume.stripes), '--stripesize', '64k'];
      const inactive = ['--activate', 'n', '--zero', 'n', '--wipesignatures', 'n'];
      const shape = [...stripes, '--size', `${volume.sizeBytes}b`, '--name', volume.name];
      await this.#must(['lvcreate', ...config, '--yes', ...inactive, ...shape, name]);
    }
    await this.#must(['rm', '-r', guestGroupDirectory]);
  }

  async copyDevice(from: string, to: string): Promise<void> {
    await this.#must(['dd', `if=${from}`, `of=${to}`, 'bs=1M', 'conv=fsync', 'status=none']);
    await this.ports.deviceEvents.settle();
  }

  async write(device: string, sizeBytes: number): Promise<void> {
    const amount = ['bs=1M', `count=${sizeBytes / mebibyte}`, 'oflag=direct', 'status=none'];
    await this.#must(['dd', 'if=/dev/urandom', `of=${device}`, ...amount]);
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#must(['mkdir', '-p', '--', path]);
  }

  holdDevice(device: string) {
    return this.#hold('exec 3<"$1"; exec setsid sleep 3600', device);
  }

  holdDirectory(path: string) {
    return this.#hold('cd "$1" || exit 1; exec setsid sleep 3600', path);
  }

  async close(): Promise<void> {
    for (const { mountPoint } of [...(await this.ports.mounts.list())].reverse()) {
      if (`${mountPoint}/`.startsWith(`${mountBase}/`)) await this.ports.mounts.unmount(mountPoint);
    }
    await this.#removeMaps();
    for (const volume of [...this.#volumes, ...(await this.#snapshots())].reverse()) {
      await this.#must(['lvremove', '--yes', `${this.volumeGroup}/${volume}`]);
    }
    await this.ports.deviceEvents.removeRule(rulePath);
  }

  /** What lies on top has the higher number; partitions go with kpartx. */
  async #removeMaps(): Promise<void> {
    const ours = (await this.ports.deviceMapper.list())
      .filter(({ name, uuid }) => name.startsWith('xen-backup-') && uuid.startsWith('XENBACKUP-'))
      .sort((a, b) => b.deviceNumber.minor - a.deviceNumber.minor);
    for (const { name, uuid } of ours) {
      await this.ports.partitionMaps.remove(`/dev/mapper/${name}`);
      await this.ports.deviceMapper.remove(name, uuid);
    }
  }

  async #snapshots(): Promise<readonly string[]> {
    const { logicalVolumes } = await this.ports.volumes.inventory();
    return logicalVolumes
      .filter(({ tags, name }) => tags.includes('xen-backup') && !this.#volumes.includes(name))
      .map(({ name }) => name);
  }

  async #hold(script: string, path: string) {
    const held = `(${script}) </dev/null >/dev/null 2>&1 & echo $!`;
    const pid = (await this.#must(['sh', '-c', held, 'hold', path])).trim();
    await this.clock.sleep(1_000);
    return async () => {
      await this.#must(['sh', '-c', 'kill "$1"; while kill -0 "$1"; do sleep 0.2; done', 'x', pid]);
    };
  }

  async #must(argv: Argv, stdin?: string): Promise<string> {
    const result = await this.#runner.run({ argv, ...(stdin === undefined ? {} : { stdin }) });
    if (result.exitCode === 0) return result.stdout;
    throw new Error(`${argv.join(' ')}: exit ${result.exitCode}\n${result.stderr}`);
  }
}

function labelOption(label: string | undefined): readonly string[] {
  return label === undefined ? [] : ['-L', label];
}

function sfdiskScript({ kind, partitions }: Extract<SampleContent, { partitions: unknown }>) {
  const header = `label: ${kind === 'gpt' ? 'gpt' : 'dos'}\nunit: sectors\n\n`;
  return header + partitions.map((partition) => `${sfdiskLine(partition, kind)}\n`).join('');
}

function sfdiskLine(partition: SamplePartition, label: 'msdos' | 'gpt'): string {
  const start = partition.startBytes / sectorBytes;
  const size = partition.sizeBytes / sectorBytes;
  const type = partition.kind === 'extended' ? 'E' : 'L';
  const name = label === 'gpt' && partition.name !== undefined ? `, name="${partition.name}"` : '';
  return `${partition.number} : start=${start}, size=${size}, type=${type}${name}`;
}
