import { LabError } from '../fail.js';
import type { LabHost } from '../host.js';

/** Processes that a host started between two moments, by what started them. */
export type ProcessCounts = ReadonlyMap<string, number>;

const trigger = '/sys/kernel/tracing/events/task/task_newtask/trigger';
const histogram = '/sys/kernel/tracing/events/task/task_newtask/hist';
/** CLONE_THREAD: threads are not processes. */
const rule = 'hist:keys=comm:size=4096 if !(clone_flags & 65536)';

/** Begins to count in the host's kernel: nothing is polled, nothing is missed. */
export async function countProcesses(host: LabHost): Promise<void> {
  await host.exec(['sh', '-c', 'echo "!$1" > "$2"', 'stop', rule, trigger]);
  await host.must(['sh', '-c', 'echo "$1" > "$2"', 'start', rule, trigger]);
}

/** What was started since; what the kernel itself starts (threads, module loading) is left out. */
export async function countedProcesses(host: LabHost): Promise<ProcessCounts> {
  const text = await host.must(['cat', histogram]);
  if (!/Totals:/.test(text)) throw new LabError(`${host.name}: no histogram\n${text}`);
  if (!/Dropped: 0/.test(text)) throw new LabError(`${host.name}: processes were not counted`);
  const counts = new Map<string, number>();
  for (const [, name = '', hits = '0'] of text.matchAll(/\{ comm: (.*?) *\} hitcount: +(\d+)/g)) {
    if (!/^k(?:threadd$|worker\/)/.test(name)) counts.set(name, Number(hits));
  }
  return counts;
}

export function total(counts: ProcessCounts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
