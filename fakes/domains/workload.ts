import { FileContent } from '../filesystem/content.js';
import { KernelError } from '../filesystem/errno.js';
import { timestampFromMs } from '../filesystem/inode.js';
import { findPath, placeAt } from '../filesystem/tree-paths.js';
import type { Machine } from '../world/state.js';
import { type GuestFileSystem, guestFileSystems, writeToDisks } from './guest-disks.js';
import type { SimulatedDomain } from './types.js';

/** Lets a running guest write, now and again, for as long as it runs. */
export function beginWorkload(machine: Machine, domain: SimulatedDomain): void {
  const { everyMs } = domain.workload;
  if (everyMs === 0) return;
  const { id } = domain;
  machine.world.clock.scheduleBackground(everyMs, () => {
    // Another start has its own rounds.
    if (domain.id !== id || machine.domains.get(domain.name) !== domain) return;
    workOnce(machine, domain);
    beginWorkload(machine, domain);
  });
}

/** One round: the same number into each file system at one instant, then data to each disk. */
function workOnce(machine: Machine, domain: SimulatedDomain): void {
  if (domain.state !== 'running' && domain.state !== 'idle') return;
  if (domain.frozen) return;
  domain.ticks += 1;
  const { counterFile, bytes } = domain.workload;
  if (counterFile !== '') {
    for (const found of guestFileSystems(machine, domain)) count(machine, domain, found);
  }
  if (bytes > 0) writeToDisks(machine, domain, bytes);
}

function count(machine: Machine, domain: SimulatedDomain, found: GuestFileSystem): void {
  const { fileSystem, record } = found;
  const nowMs = machine.world.clock.now();
  const at = timestampFromMs(nowMs);
  const content = FileContent.fromText(`${domain.ticks}\n`);
  fileSystem.beginChanges(nowMs);
  record.lastWrite = ++machine.world.writeSequence;
  try {
    const existing = findPath(fileSystem.tree, domain.workload.counterFile);
    if (existing === undefined) {
      placeAt(
        fileSystem.tree,
        domain.workload.counterFile,
        { kind: 'f', content, modified: at },
        at,
      );
    } else {
      fileSystem.tree.write(existing.number, content, at);
    }
  } catch (error) {
    // A full or immutable place is the guest's own trouble.
    if (!(error instanceof KernelError)) throw error;
  }
}
