import { createContentProbe } from '../adapters/blkid/index.js';
import { createDeviceMapper } from '../adapters/dmsetup/index.js';
import { createGuestHolds } from '../adapters/virsh/holds/index.js';
import { createHostFiles } from '../adapters/host-files/index.js';
import { createHostIdentityReader } from '../adapters/identity/index.js';
import { createPartitionMapper } from '../adapters/kpartx/index.js';
import { createBackingStores } from '../adapters/losetup/index.js';
import { createLocks } from '../adapters/locks/index.js';
import { createVolumeManager } from '../adapters/lvm/index.js';
import { createMounter } from '../adapters/mount/index.js';
import { createQcow2Server } from '../adapters/qemu-nbd/index.js';
import { createPartitionTableReader } from '../adapters/parted/index.js';
import { createRegionReader } from '../adapters/regions/index.js';
import { createBlockTransfer, createFileCopier } from '../adapters/rsync/index.js';
import { createToolInspector } from '../adapters/tools/index.js';
import { createDeviceEvents } from '../adapters/udev/index.js';
import { createHypervisor } from '../adapters/virsh/index.js';
import type { HostName } from '../core/index.js';
import type { Clock, CommandRunner, Host, ReplicationPeer } from '../ports/index.js';
import { withoutPileUp } from './no-pile-up.js';

/** Everything that tells one host from another. */
export interface HostInit {
  readonly name: HostName;
  /** The only difference between a local, a remote and a simulated host. */
  readonly runner: CommandRunner;
  readonly peer: ReplicationPeer;
  readonly clock: Clock;
  readonly libvirtUri: string;
  /** Ends what the runner stands on. */
  readonly close: () => Promise<void>;
}

/** A host: the real adapters over one runner. */
export function createHost(init: HostInit): Host {
  const { name, peer, clock, libvirtUri, close } = init;
  const runner = withoutPileUp(init.runner, name);
  const place = { runner, hostName: name };
  const files = createHostFiles(place);
  const mounts = createMounter({ ...place, clock });
  return {
    name,
    peer,
    runner,
    files,
    identity: createHostIdentityReader(place),
    locks: createLocks({ ...place, files, clock }),
    tools: createToolInspector(place),
    hypervisor: createHypervisor({ ...place, libvirtUri }),
    holds: createGuestHolds({ ...place, files, clock, libvirtUri }),
    volumes: createVolumeManager({ ...place, clock }),
    backing: createBackingStores({
      ...{ ...place, clock, files, mounts },
      qcow2: createQcow2Server({ ...place, clock, files }),
    }),
    deviceMapper: createDeviceMapper(place),
    partitionTables: createPartitionTableReader(place),
    partitionMaps: createPartitionMapper({ ...place, clock }),
    contents: createContentProbe(place),
    regions: createRegionReader(place),
    mounts,
    deviceEvents: createDeviceEvents({ ...place, files }),
    copier: createFileCopier(place),
    blocks: createBlockTransfer(place),
    close,
  };
}
