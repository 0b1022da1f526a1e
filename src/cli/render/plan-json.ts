import {
  type Content,
  type DeviceNode,
  type DeviceTree,
  type GuestPlan,
  type MountPlan,
  type NotCopied,
  type NumberedStep,
  type PartitionEntry,
  type PlacedUndo,
  type PlannedTransfer,
  plannedTransfer,
  type RunReport,
  type TargetPlan,
} from '../../core/index.js';
import type { TracedCommand } from '../../composition/command-trace.js';
import type { PlannedGuest } from './plan-text.js';

/** What `plan --format json` prints. Keys are only ever added within version 1. */
export interface PlanDocument {
  readonly v: 1;
  readonly runId: string;
  /** The exit code of the command: 4 for a conflict. */
  readonly exitCode: number;
  readonly guests: readonly GuestDocument[];
  /** With `--commands`: all commands of all hosts in the order of starting. */
  readonly commands?: readonly TracedCommand[];
}

export interface GuestDocument {
  readonly guest: string;
  readonly outcome: 'done' | 'skipped' | 'failed' | 'busy';
  readonly code?: string;
  readonly reason?: string;
  readonly remedy?: string;
  /** This and all that follows: only when the source could be opened. */
  readonly source?: HostDocument;
  /** The order of mounting and copying, and the lines of fstab that give none. */
  readonly mounts?: MountPlan;
  readonly notCopied?: readonly NotCopied[];
  readonly targets?: readonly TargetDocument[];
  /** In the order in which they were taken, all hosts. */
  readonly steps?: readonly NumberedStep[];
  readonly teardown?: readonly PlacedUndo[];
}

/** A guest's devices on one host. */
export interface HostDocument {
  readonly host: string;
  readonly disks: readonly DeviceDocument[];
  readonly volumeGroups: readonly VolumeGroupDocument[];
}

export interface TargetDocument extends Partial<Omit<HostDocument, 'host'>> {
  readonly host: string;
  readonly transfers: readonly PlannedTransfer[];
  readonly standby?: TargetPlan['standby'];
  readonly refusal?: TargetPlan['refusal'];
}

export interface VolumeGroupDocument {
  readonly name: string;
  readonly uuid: string;
  /** Positions. */
  readonly physicalVolumes: readonly string[];
  readonly volumes: readonly DeviceDocument[];
}

export interface DeviceDocument {
  readonly position: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly content: Content;
  readonly partition?: PartitionEntry;
  readonly children: readonly DeviceDocument[];
}

/** A plan for programs. */
export function planDocument(
  { runId, exitCode }: RunReport,
  guests: readonly PlannedGuest[],
  commands?: readonly TracedCommand[],
): PlanDocument {
  return {
    v: 1,
    runId,
    exitCode,
    guests: guests.map(guestDocument),
    ...(commands === undefined ? {} : { commands }),
  };
}

function guestDocument({ report, plan }: PlannedGuest): GuestDocument {
  const { guest, outcome, code, reason, remedy } = report;
  return {
    guest,
    outcome,
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(plan === undefined ? {} : openedDocument(plan)),
  };
}

function openedDocument(plan: GuestPlan): Partial<GuestDocument> {
  const { source, tree, mounts, notCopied, targets, steps, teardown } = plan;
  return {
    source: { host: source, ...treeDocument(tree) },
    mounts,
    notCopied,
    targets: targets.map(targetDocument),
    steps,
    teardown,
  };
}

function targetDocument({ host, tree, transfers, standby, refusal }: TargetPlan): TargetDocument {
  return {
    host,
    ...(tree === undefined ? {} : treeDocument(tree)),
    transfers: transfers.map(plannedTransfer),
    ...(standby === undefined ? {} : { standby }),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function treeDocument(tree: DeviceTree): Omit<HostDocument, 'host'> {
  return {
    disks: tree.disks.map(deviceDocument),
    volumeGroups: tree.volumeGroups.map(({ group, physicalVolumes, volumes }) => ({
      name: group.name,
      uuid: group.uuid,
      physicalVolumes,
      volumes: volumes.map(deviceDocument),
    })),
  };
}

function deviceDocument(node: DeviceNode): DeviceDocument {
  const { position, path, sizeBytes, content, partition, children } = node;
  return {
    position,
    path,
    sizeBytes,
    content,
    ...(partition === undefined ? {} : { partition }),
    children: children.map(deviceDocument),
  };
}
