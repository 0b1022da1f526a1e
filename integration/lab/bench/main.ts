import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../fail.js';
import { lab } from '../lab.js';
import { withLock } from '../lock.js';
import { labHosts } from '../machines.js';
import { outside } from '../outside.js';
import { say, timed } from '../say.js';
import { freshPair } from '../tests/use-lab.js';
import { bareRsync, type Contender, ours, script2009 } from './contenders.js';
import { countedProcesses, countProcesses, type ProcessCounts } from './processes.js';
import { type Measurement, report, type Row, type WorkloadTable } from './report.js';
import { type Workload, workloads } from './workloads.js';

const usage = `Compares xen-backup with the script it comes from and with rsync alone, on the pair.

  npm run bench:lab -- SCRIPT [WORKLOAD...]

SCRIPT is the 2009 script's file. Workloads: ${workloads.map(({ name }) => `"${name}"`).join(', ')}.
Ratios and counts only: the hosts are emulated, and seconds mean nothing.
`;

const reportFile = path.resolve(import.meta.dirname, '..', 'BENCH.md');

async function main(words: readonly string[]): Promise<number> {
  const [file, ...names] = words;
  if (file === undefined || file === '--help') {
    console.log(usage);
    return file === undefined ? 2 : 0;
  }
  await access(file).catch(() => {
    throw new LabError(`${file} is not there`, { remedy: 'give the path of the 2009 script' });
  });
  const chosen = workloads.filter(({ name }) => names.length === 0 || names.includes(name));
  return withLock('bench:lab', async () => {
    await timed('the bundle', () => outside(['npm', 'run', 'bundle']));
    const tables: WorkloadTable[] = [];
    for (const workload of chosen) {
      const rows: Row[] = [];
      for (const contender of [script2009(file), ours, bareRsync]) {
        rows.push(await measureAll(workload, contender));
      }
      tables.push({ workload, rows });
    }
    await lab.down();
    const commit = (await outside(['git', 'rev-parse', 'HEAD'])).stdout.trim();
    const text = report(tables, commit);
    console.log(text);
    await writeFile(reportFile, text);
    say(`written: ${reportFile}`);
    return 0;
  });
}

async function measureAll(workload: Workload, contender: Contender): Promise<Row> {
  const measurements: Measurement[] = [];
  for (let round = 1; round <= workload.rounds; round += 1) {
    const name = `${workload.name}, ${contender.name}, ${String(round)}`;
    measurements.push(await timed(name, () => measure(workload, contender)));
  }
  const differences = contender === bareRsync ? [] : (await lab.compareReplica('dc1')).differences;
  const names = new Set(differences.map(({ mountPoint, name }) => `${mountPoint} ${name}`));
  return { contender, measurements, differingFiles: names.size };
}

/** One run from the prepared state, after the same changes in the guest. */
async function measure(workload: Workload, contender: Contender): Promise<Measurement> {
  await freshPair();
  await workload.apply();
  await contender.prepare();
  for (const host of labHosts) await countProcesses(host);
  const startMs = performance.now();
  const output = await contender.run();
  const seconds = (performance.now() - startMs) / 1000;
  const processes = new Map<string, ProcessCounts>();
  for (const host of labHosts) processes.set(host.name, await countedProcesses(host));
  return { seconds, processes, output };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(`lab: ${error.message}`);
  process.exitCode = 1;
}
