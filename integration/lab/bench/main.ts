import { access, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { LabError } from '../fail.js';
import { lab } from '../lab.js';
import { withLock } from '../lock.js';
import { labHosts } from '../machines.js';
import { outside } from '../outside.js';
import { say, timed } from '../say.js';
import { changeGuest } from '../tests/changes.js';
import { freshPair } from '../tests/use-lab.js';
import { bareRsync, type Contender, ours, script2009 } from './contenders.js';
import { countedProcesses, countProcesses, type ProcessCounts, total } from './processes.js';
import { drawing, spansOf } from './timeline.js';

const usage = `Compares xen-backup with the script it comes from and with rsync alone, on the pair.

  npm run bench:lab -- SCRIPT     medians of three; SCRIPT is the 2009 script's file

Ratios and counts only: the hosts are emulated, and seconds mean nothing.
`;

const rounds = 3;
const reportFile = path.resolve(import.meta.dirname, '..', 'BENCH.md');

interface Measurement {
  readonly seconds: number;
  readonly processes: ReadonlyMap<string, ProcessCounts>;
  readonly output: string;
}

interface Row {
  readonly contender: Contender;
  readonly measurements: readonly Measurement[];
  /** Files that the standby has not as the source has them, by the lab's own walk. */
  readonly differingFiles: number;
}

async function main(words: readonly string[]): Promise<number> {
  const [file] = words;
  if (file === undefined || file === '--help') {
    console.log(usage);
    return file === undefined ? 2 : 0;
  }
  await access(file).catch(() => {
    throw new LabError(`${file} is not there`, { remedy: 'give the path of the 2009 script' });
  });
  return withLock('bench:lab', async () => {
    await timed('the bundle', () => outside(['npm', 'run', 'bundle']));
    const rows: Row[] = [];
    for (const contender of [script2009(file), ours, bareRsync]) {
      rows.push(await timed(contender.name, () => measureAll(contender)));
    }
    await lab.down();
    const commit = (await outside(['git', 'rev-parse', 'HEAD'])).stdout.trim();
    const text = report(rows, commit);
    console.log(text);
    await writeFile(reportFile, text);
    say(`written: ${reportFile}`);
    return 0;
  });
}

async function measureAll(contender: Contender): Promise<Row> {
  const measurements: Measurement[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    measurements.push(await timed(`${contender.name}, ${String(round)}`, () => measure(contender)));
  }
  const differences = contender === bareRsync ? [] : (await lab.compareReplica('dc1')).differences;
  const names = new Set(differences.map(({ mountPoint, name }) => `${mountPoint} ${name}`));
  return { contender, measurements, differingFiles: names.size };
}

/** One run from the prepared state, after the same changes in the guest. */
async function measure(contender: Contender): Promise<Measurement> {
  await freshPair();
  await changeGuest('dc1');
  await contender.prepare();
  for (const host of labHosts) await countProcesses(host);
  const startMs = performance.now();
  const output = await contender.run();
  const seconds = (performance.now() - startMs) / 1000;
  const processes = new Map<string, ProcessCounts>();
  for (const host of labHosts) processes.set(host.name, await countedProcesses(host));
  return { seconds, processes, output };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function report(rows: readonly Row[], commit: string): string {
  const [base] = rows;
  const secondsOf = (row: Row) => median(row.measurements.map(({ seconds }) => seconds));
  const processesOf = (row: Row, host: string) =>
    median(row.measurements.map(({ processes }) => total(processes.get(host) ?? new Map())));
  const all = (row: Row) => labHosts.reduce((sum, { name }) => sum + processesOf(row, name), 0);
  const lines = rows.map((row) => {
    const ratio = base === undefined ? 1 : secondsOf(row) / secondsOf(base);
    const share = base === undefined ? 1 : all(row) / all(base);
    const runs = row.measurements.map(({ seconds }) => seconds.toFixed(0)).join(', ');
    const differing = row.contender === bareRsync ? '' : String(row.differingFiles);
    const counts = labHosts.map(({ name }) => String(processesOf(row, name))).join(' | ');
    return `| ${row.contender.name} | ${ratio.toFixed(2)} | ${runs} | ${counts} | ${share.toFixed(2)} | ${differing} |`;
  });
  const last = rows.find(({ contender }) => contender === ours)?.measurements.at(-1);
  return [
    '# Compared on the pair',
    '',
    `Commit ${commit}, ${new Date().toISOString().slice(0, 10)}, ${String(availableParallelism())} processors without KVM.`,
    'Replication of dc1 from the prepared state after the same changes; medians of three. The hosts are',
    'emulated: ratios and counts mean something, seconds do not. Processes are counted by the',
    "hosts' kernels, threads left out. Differing: files of the guest that the lab's own walk finds",
    'missing or different on the standby afterwards.',
    '',
    `| | time, ratio | seconds of each run | processes ${labHosts.map(({ name }) => name).join(' | processes ')} | processes, ratio | differing files |`,
    '|---|---|---|---|---|---|---|',
    ...lines,
    '',
    '## One run of xen-backup, step by step',
    '',
    '```',
    last === undefined ? '' : drawing(spansOf(last.output)),
    '```',
    '',
    '## Who started processes',
    '',
    '```',
    ...(last === undefined ? [] : starters(last)),
    '```',
    '',
  ].join('\n');
}

function starters({ processes }: Measurement): readonly string[] {
  return [...processes].map(([host, counts]) => {
    const sorted = [...counts].toSorted(([, left], [, right]) => right - left).slice(0, 12);
    return `${host}: ${sorted.map(([name, count]) => `${name} ${String(count)}`).join(', ')}`;
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(`lab: ${error.message}`);
  process.exitCode = 1;
}
