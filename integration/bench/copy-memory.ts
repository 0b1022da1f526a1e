import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createFileCopier } from '../../src/adapters/rsync/index.js';
import { createLiveDisplay } from '../../src/cli/listeners/live.js';
import { createNdjsonListener } from '../../src/cli/listeners/ndjson.js';
import { createPlainListener } from '../../src/cli/listeners/plain.js';
import { createEventStream } from '../../src/composition/event-stream.js';
import { systemClock } from '../../src/composition/system-clock.js';
import type { CopyRequest } from '../../src/ports/index.js';
import { streamingRunner } from './canned-runner.js';

/** What holding the memory flat came to. */
export interface MemoryFigures {
  readonly reports: number;
  /** Heap in use after a collection, at the beginning of the stream and at its end. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
}

const linesInChunk = 500;

/** Output of rsync that reports each of its files; `onShare` is told how far it has come. */
async function* rsyncOutput(files: number, onShare: (share: number) => void) {
  for (let file = 1; file <= files; file += linesInChunk) {
    const lines = Array.from({ length: linesInChunk }, (_, index) =>
      progressLine(file + index, files),
    );
    yield lines.join('');
    onShare(file / files);
    // Lets others have their turn, as a real pipe does.
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield totals(files);
}

function progressLine(file: number, files: number): string {
  const percent = Math.floor((file / files) * 100);
  const left = `to-chk=${files - file}/${files}`;
  return `\r${String(file * 4096).padStart(15)} ${String(percent).padStart(3)}%   98.74MB/s    0:00:10 (xfr#${file}, ${left})`;
}

function totals(files: number): string {
  return [
    '\n',
    `Number of files: ${files} (reg: ${files})`,
    'Number of created files: 0',
    'Number of deleted files: 0',
    `Number of regular files transferred: ${files}`,
    `Total file size: ${files * 4096} bytes`,
    `Total transferred file size: ${files * 4096} bytes`,
    `Literal data: ${files * 4096} bytes`,
    'Matched data: 0 bytes',
    `Total bytes sent: ${files * 4096}`,
    'Total bytes received: 104\n',
  ].join('\n');
}

const request: CopyRequest = {
  source: { mountPoint: '/run/xen-backup/a/1', identity: { device: '1', inode: '2' } },
  target: { mountPoint: '/run/xen-backup/a/1', identity: { device: '1', inode: '2' } },
  peer: { address: 'dom0b', elevation: 'none' },
  pass: 'real',
  faithfulness: 'posix',
  excludes: [],
  bandwidthLimitKiBPerSecond: 0,
  ioClass: 'idle',
  stallTimeoutMs: 600_000,
};

/** Feeds the copier and all displays with a copy of so many files. */
export async function benchCopyMemory(files: number): Promise<MemoryFigures> {
  const collect = collector();
  let earlyBytes = 0;
  let reports = 0;
  const output = () =>
    rsyncOutput(files, (share) => {
      // The first tenth warms up: compiled code, buffers.
      if (earlyBytes === 0 && share >= 0.1) earlyBytes = collect();
    });
  const events = displays();
  const place = { guest: 'dc1', host: 'dom0b', pass: 'real', fileSystem: 'xvda/1' } as const;
  events.emit({ type: 'guest-started', guest: 'dc1', source: 'dom0a', targets: ['dom0b'] });
  const outcome = await createFileCopier({
    runner: streamingRunner(output),
    hostName: 'dom0a',
  }).copy(request, {
    onProgress: (progress) => {
      reports += 1;
      events.emit({ type: 'copy-progress', ...place, ...progress });
    },
  });
  if (outcome.kind !== 'done') throw new Error(`the copy ended as ${outcome.kind}`);
  return { reports, earlyBytes, lateBytes: collect() };
}

/** Everything that listens in a real run, into nowhere. */
function displays() {
  const write = (): void => undefined;
  const stream = { write, isTerminal: true, columns: 80, rows: 24, onResize: () => write };
  return createEventStream({
    runId: 'abcdefghij',
    clock: systemClock,
    listeners: [
      createNdjsonListener(write),
      createPlainListener({ write, colours: 'no-colours', verbosity: 'verbose' }),
      createLiveDisplay({ stream, colours: 'colours' }).listener,
    ],
    onListenerError: (error) => {
      throw error;
    },
  });
}

/** Collects garbage, then tells what is left. */
function collector(): () => number {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc !== 'function') throw new Error('this Node cannot be told to collect garbage');
  return () => {
    Reflect.apply(gc, undefined, []);
    return process.memoryUsage().heapUsed;
  };
}
