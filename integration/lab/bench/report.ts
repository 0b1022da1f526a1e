import { availableParallelism } from 'node:os';
import { labHosts } from '../machines.js';
import { bareRsync, type Contender, ours } from './contenders.js';
import { type ProcessCounts, total } from './processes.js';
import { drawing, spansOf } from './timeline.js';
import type { Workload } from './workloads.js';

/** One run of one contender. */
export interface Measurement {
  readonly seconds: number;
  /** By host. */
  readonly processes: ReadonlyMap<string, ProcessCounts>;
  readonly output: string;
}

export interface Row {
  readonly contender: Contender;
  readonly measurements: readonly Measurement[];
  /** Files that the standby has not as the source has them, by the lab's own walk. */
  readonly differingFiles: number;
}

export interface WorkloadTable {
  readonly workload: Workload;
  /** The first one is what the others are compared with. */
  readonly rows: readonly Row[];
}

/** The page that is kept with the sources. */
export function report(tables: readonly WorkloadTable[], commit: string): string {
  const date = new Date().toISOString().slice(0, 10);
  return [
    '# Compared on the pair',
    '',
    `Commit ${commit}, ${date}, ${String(availableParallelism())} processors without KVM. Replication of dc1`,
    'from the prepared state after the same changes. The hosts are emulated: ratios and counts mean',
    "something, seconds do not. Processes are counted by the hosts' kernels, threads left out.",
    "Differing: entries of the guest that the lab's own walk finds missing or different afterwards.",
    '',
    ...tables.flatMap(tableOf),
  ].join('\n');
}

function tableOf({ workload, rows }: WorkloadTable): readonly string[] {
  const [base] = rows;
  const last = rows.find(({ contender }) => contender === ours)?.measurements.at(-1);
  const hosts = labHosts.map(({ name }) => `processes ${name}`).join(' | ');
  return [
    `## After ${workload.name}`,
    '',
    `Medians of ${String(workload.rounds)}.`,
    '',
    `| | time, ratio | seconds of each run | ${hosts} | processes, ratio | differing |`,
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) => line(row, base ?? row)),
    '',
    'xen-backup, the last of these runs:',
    '',
    '```',
    ...(last === undefined ? [] : [drawing(spansOf(last.output)), '', ...starters(last)]),
    '```',
    '',
  ];
}

function line(row: Row, base: Row): string {
  const ratio = secondsOf(row) / secondsOf(base);
  const share = allProcesses(row) / allProcesses(base);
  const runs = row.measurements.map(({ seconds }) => seconds.toFixed(0)).join(', ');
  const counts = labHosts.map(({ name }) => String(processesOf(row, name))).join(' | ');
  const differing = row.contender === bareRsync ? '' : String(row.differingFiles);
  return `| ${row.contender.name} | ${ratio.toFixed(2)} | ${runs} | ${counts} | ${share.toFixed(2)} | ${differing} |`;
}

function secondsOf({ measurements }: Row): number {
  return median(measurements.map(({ seconds }) => seconds));
}

function processesOf({ measurements }: Row, host: string): number {
  return median(measurements.map(({ processes }) => total(processes.get(host) ?? new Map())));
}

function allProcesses(row: Row): number {
  return labHosts.reduce((sum, { name }) => sum + processesOf(row, name), 0);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Who started most of them. */
function starters({ processes }: Measurement): readonly string[] {
  return [...processes].map(([host, counts]) => {
    const sorted = [...counts].toSorted(([, left], [, right]) => right - left).slice(0, 10);
    return `${host} processes: ${sorted.map(([name, count]) => `${name} ${String(count)}`).join(', ')}`;
  });
}
