import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One command to run on a host; without a name it prepares the next ones and is not kept. */
interface Case {
  readonly name?: string;
  readonly argv: readonly string[];
  readonly stdin?: string;
}

/**
 * Runs the commands of the file given as first argument, one after another, and prints what each
 * did: the form of a fixture. Time is taken here, on the host, without SSH.
 */
const cases = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Case[];
const results = cases.map(({ name, argv, stdin }) => {
  const [file = '', ...args] = argv;
  const began = process.hrtime.bigint();
  const result = spawnSync(file, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', LVM_SUPPRESS_FD_WARNINGS: '1' },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
    ...(stdin === undefined ? {} : { input: stdin }),
  });
  const durationMs = Number((process.hrtime.bigint() - began) / 1_000_000n);
  const { status: exitCode, stdout, stderr } = result;
  return { name, recording: { argv, exitCode, stdout, stderr, durationMs } };
});
process.stdout.write(JSON.stringify(results));
