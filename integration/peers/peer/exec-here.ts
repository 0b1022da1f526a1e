import { spawnSync } from 'node:child_process';
import type { ExecResult } from './peer.js';

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs a command of this machine, by other means than the runners under test. */
export async function execHere(argv: readonly string[]): Promise<ExecResult> {
  const [file = '', ...args] = argv;
  const env = { PATH: path, LC_ALL: 'C' };
  const maxBuffer = 64 * 1024 * 1024;
  const result = spawnSync(file, args, { env, encoding: 'utf8', maxBuffer });
  if (result.error !== undefined) throw result.error;
  return { exitCode: result.status ?? 255, stdout: result.stdout, stderr: result.stderr };
}
