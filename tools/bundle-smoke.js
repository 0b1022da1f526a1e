// Starts the bundle as a user would who copied that one file into an empty folder.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const scenario = 'fixtures/scenarios/three-hosts.yaml';
const folder = mkdtempSync(join(tmpdir(), 'xen-backup-bundle-'));
const program = join(folder, 'xen-backup.cjs');
const simulate = ['--simulate', basename(scenario)];

/** Exit codes are docs/contracts: 0 done, 2 usage. */
const starts = [
  { args: ['--version'], exitCode: 0 },
  { args: ['--help'], exitCode: 0 },
  { args: ['config', 'schema'], exitCode: 0 },
  { args: ['no-such-command'], exitCode: 2 },
  { args: [...simulate, 'check'], exitCode: 0 },
  { args: [...simulate, 'plan'], exitCode: 0 },
  { args: [...simulate, 'run', '--dry-run'], exitCode: 0 },
  { args: [...simulate, 'run'], exitCode: 0 },
];

let failed = 0;
try {
  copyFileSync('dist/xen-backup.cjs', program);
  copyFileSync(scenario, join(folder, basename(scenario)));
  for (const start of starts) failed += check(start);
  const left = readdirSync(folder).sort();
  if (left.length !== 2) failed += complain('files appeared', left.join(' '));
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failed > 0 ? 1 : 0;

function check({ args, exitCode }) {
  const { status, output } = execute(args);
  const what = `xen-backup ${args.join(' ')}`;
  if (status !== exitCode) return complain(what, `exit ${status}, expected ${exitCode}\n${output}`);
  if (output.trim() === '') return complain(what, 'printed nothing');
  console.log(`ok    ${what}  (exit ${status})`);
  return 0;
}

function complain(what, text) {
  console.error(`FAIL  ${what}: ${text}`);
  return 1;
}

function execute(args) {
  // No NODE_PATH, no HOME of the developer: nothing outside the folder may help. The file itself
  // is executed, which proves its mode and its first line.
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: folder,
    NO_COLOR: '1',
  };
  const options = {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  };
  try {
    return { status: 0, output: execFileSync(program, args, options) };
  } catch (error) {
    return {
      status: error.status,
      output: `${error.stdout ?? ''}${error.stderr ?? error.message}`,
    };
  }
}
