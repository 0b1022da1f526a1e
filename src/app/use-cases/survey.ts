import {
  type DeviceTree,
  type DomainDefinition,
  type FoundFstab,
  type GuestConfiguration,
  type GuestDisk,
  type GuestFacts,
  type HostFacts,
  type HostInventory,
  type HostName,
  selectDisks,
  type StandbyRecord,
  together,
  type VolumeInventory,
} from '../../core/index.js';
import type { RunContext } from '../context.js';
import type { HostSession } from '../hosts/host-session.js';
import type { DiskVolume } from '../stages/open-disks.js';

/** What is known of the source's disks before they are opened. */
interface KnownDisks {
  readonly session: HostSession;
  readonly definition: DomainDefinition;
  readonly disks: readonly GuestDisk[];
  readonly origins: readonly DiskVolume[];
  readonly inventory: VolumeInventory;
}

/**
 * Listens to the plan of one guest and keeps everything it learns, for `capture`. Where one is
 * present, trees are looked at to their end: on a drifted standby too.
 */
export class GuestSurvey {
  readonly guest: GuestConfiguration;
  readonly #hosts = new Map<HostName, Partial<HostFacts>>();
  #source: HostName | undefined;
  #actingHost: HostName | undefined;
  #fstab: FoundFstab | undefined;

  constructor(guest: GuestConfiguration) {
    this.guest = guest;
  }

  /** What libvirt said on each host that was asked. */
  learnInventories(
    inventories: ReadonlyMap<HostName, HostInventory>,
    actingHost: HostName | undefined,
  ): void {
    this.#actingHost = actingHost;
    for (const [host, inventory] of inventories) {
      const state = inventory.kind === 'known' ? inventory.domains.get(this.guest.name) : undefined;
      const answer = inventory.kind === 'known' ? 'asked' : 'silent';
      this.#learn(host, { answer, ...(state === undefined ? {} : { state }) });
    }
  }

  learnSource(disks: KnownDisks, record: StandbyRecord | undefined): void {
    const { session, definition, inventory, origins } = disks;
    this.#source = session.name;
    this.#learn(session.name, {
      definition,
      inventory,
      disks: origins,
      ...(record === undefined ? {} : { record }),
    });
  }

  /** Asks a target what a plan asks only as long as nothing is in its way. Opens nothing. */
  async askTarget(
    session: HostSession,
    record: StandbyRecord | undefined,
    source: Pick<KnownDisks, 'disks'>,
  ): Promise<void> {
    const { host, name } = session;
    const definition = await host.hypervisor.readDefinition(this.guest.name);
    const inventory = await host.volumes.inventory();
    const selection = definition === undefined ? undefined : selectDisks(definition);
    const disks = selection?.kind === 'disks' ? selection.disks : source.disks;
    const found = await together(
      disks.map(async ({ target, path, image }) => {
        const volume =
          inventory.logicalVolumes.find((known) =>
            [known.path, known.deviceMapperPath].includes(path),
          ) ?? (path.startsWith('/dev/') ? await host.volumes.findVolume(path) : undefined);
        const storage =
          volume === undefined
            ? await host.backing.inspect(path, image)
            : ({ kind: 'volume', volume } as const);
        return storage === undefined ? [] : [{ target, storage }];
      }),
    );
    this.#learn(name, {
      inventory,
      disks: found.flat(),
      ...(definition === undefined ? {} : { definition }),
      ...(record === undefined ? {} : { record }),
    });
  }

  learnTree({ name }: HostSession, tree: DeviceTree): void {
    this.#learn(name, { tree });
  }

  learnFstab(fstab: FoundFstab | undefined): void {
    this.#fstab = fstab;
  }

  /** Everything so far. */
  facts({ configuration }: Pick<RunContext, 'configuration'>): GuestFacts {
    const { libvirtUri, stateDirectory } = configuration;
    const hosts = this.guest.hosts.map((name): HostFacts => {
      const address = configuration.hosts.find((host) => host.name === name)?.address ?? name;
      return { name, address, answer: 'not-asked', ...this.#hosts.get(name) };
    });
    const actingHost = this.guest.hosts.find((name) => name === this.#actingHost);
    return {
      guest: this.guest,
      libvirtUri,
      stateDirectory,
      hosts,
      ...(actingHost === undefined ? {} : { actingHost }),
      ...(this.#source === undefined ? {} : { source: this.#source }),
      ...(this.#fstab === undefined ? {} : { fstab: this.#fstab }),
    };
  }

  #learn(host: HostName, facts: Partial<HostFacts>): void {
    this.#hosts.set(host, { ...this.#hosts.get(host), ...facts });
  }
}
