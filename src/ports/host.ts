import type { HostName } from '../core/model/index.js';
import type { BackingStores } from './backing-stores.js';
import type { BlockTransfer } from './block-transfer.js';
import type { CommandRunner } from './command-runner.js';
import type { ContentProbe } from './content-probe.js';
import type { DeviceEvents } from './device-events.js';
import type { DeviceMapper } from './device-mapper.js';
import type { FileCopier, ReplicationPeer } from './file-copier.js';
import type { GuestHolds } from './guest-holds.js';
import type { HostFiles } from './host-files.js';
import type { HostIdentityReader } from './host-identity.js';
import type { Hypervisor } from './hypervisor.js';
import type { Locks } from './locks.js';
import type { Mounter } from './mounter.js';
import type { PartitionMapper } from './partition-mapper.js';
import type { PartitionTableReader } from './partition-table-reader.js';
import type { RegionReader } from './region-reader.js';
import type { ToolInspector } from './tool-inspector.js';
import type { VolumeManager } from './volume-manager.js';

/** A Dom0: a set of abilities over one command runner. */
export interface Host {
  readonly name: HostName;
  /** How the source host reaches this one for the data. */
  readonly peer: ReplicationPeer;
  readonly identity: HostIdentityReader;
  readonly files: HostFiles;
  readonly locks: Locks;
  readonly tools: ToolInspector;
  readonly hypervisor: Hypervisor;
  readonly holds: GuestHolds;
  readonly volumes: VolumeManager;
  readonly backing: BackingStores;
  readonly deviceMapper: DeviceMapper;
  readonly partitionTables: PartitionTableReader;
  readonly partitionMaps: PartitionMapper;
  readonly contents: ContentProbe;
  readonly regions: RegionReader;
  readonly mounts: Mounter;
  readonly deviceEvents: DeviceEvents;
  readonly copier: FileCopier;
  readonly blocks: BlockTransfer;
  /** For probing SSH between hosts in `check`; nothing else in the core's reach uses it. */
  readonly runner: CommandRunner;
  /**
   * Ends what is still at work there, helper processes among it, then the connections. The host
   * cannot be used afterwards.
   *
   * @throws as `HostRunner.close`; the connections are closed all the same.
   */
  close(): Promise<void>;
}

/** Opens hosts by their configured names. */
export interface HostConnector {
  /**
   * @throws `host-unreachable`, `host-key-unknown`, `host-key-mismatch`,
   * `host-authentication-failed`, `host-setting-unsupported`, `privilege-missing`.
   */
  connect(name: HostName): Promise<Host>;
  /**
   * The configured host that this machine is, `undefined` on a machine that is none of them. On
   * one of them xen-backup acts only on the guests it runs, as the 2009 script does.
   */
  actingHost(): Promise<HostName | undefined>;
}
