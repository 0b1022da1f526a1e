import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleProbe } from '../bundle-probe.js';
import { LabError } from '../fail.js';
import type { LabHost } from '../host.js';
import type { RecordingCase } from './case.js';
import { isRecord } from '../values.js';

export interface Recording {
  readonly argv: readonly string[];
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** Runs the cases on a host in order and writes each named one as `folder/tool/case.json`. */
export async function recordCases(
  host: LabHost,
  cases: readonly RecordingCase[],
  folder: string,
): Promise<Recording[]> {
  const probe = await bundleProbe('record');
  await host.must(['sh', '-c', 'cat > /tmp/lab-record.cjs'], { stdin: probe });
  await host.must(['sh', '-c', 'cat > /tmp/lab-record.json'], { stdin: JSON.stringify(cases) });
  const output = await host.must(['node', '/tmp/lab-record.cjs', '/tmp/lab-record.json'], {
    timeoutMs: 600_000,
  });
  await host.must(['rm', '-f', '/tmp/lab-record.cjs', '/tmp/lab-record.json']);
  const results: unknown = JSON.parse(output);
  if (!Array.isArray(results)) throw new LabError('the recorder gave no list');
  const recordings: Recording[] = [];
  for (const [index, result] of results.entries()) {
    const recording = toRecording(isRecord(result) ? result['recording'] : undefined);
    recordings.push(recording);
    const name = cases[index]?.name;
    if (name !== undefined) await save(path.join(folder, `${name}.json`), recording);
  }
  return recordings;
}

async function save(file: string, recording: Recording): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(recording, null, 2)}\n`);
}

function toRecording(value: unknown): Recording {
  if (!isRecord(value)) throw new LabError('the recorder gave no recording');
  const { argv, exitCode, stdout, stderr, durationMs } = value;
  if (!Array.isArray(argv) || typeof stdout !== 'string' || typeof stderr !== 'string') {
    throw new LabError('the recorder gave an incomplete recording');
  }
  const code = typeof exitCode === 'number' ? exitCode : null;
  return { argv: argv.map(String), exitCode: code, stdout, stderr, durationMs: Number(durationMs) };
}
