import { spawn } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execHere } from './exec-here.js';
import { makeKeys, sshdConfig } from './keys.js';
import type { Peer } from './peer.js';
import { freePort, waitForPort } from './wait-for-port.js';

/** An sshd of this machine on loopback, with its own port, keys and configuration. */
export async function startLoopbackPeer(directory: string): Promise<Peer> {
  mkdirSync(directory, { recursive: true });
  const keys = makeKeys(directory);
  const scratch = join(directory, 'scratch');
  mkdirSync(scratch);
  const port = await freePort();
  const config = join(directory, 'sshd_config');
  writeFileSync(config, sshdConfig(directory, port, '127.0.0.1'));
  // sshd wants its directory for privilege separation, which a package's service would make.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const log = openSync(join(directory, 'sshd.log'), 'w');
  const daemon = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], {
    stdio: ['ignore', log, log],
  });
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  await waitForPort('127.0.0.1', port);
  const listener = String(daemon.pid);
  return {
    kind: 'loopback',
    address: '127.0.0.1',
    port,
    keys,
    scratch,
    pathFromHere: (path) => path,
    exec: (argv) => execHere(argv),
    connectionProcesses: async () => {
      const { stdout } = await execHere(['ps', '-o', 'pid=', '--ppid', listener]);
      return stdout.split(/\s+/).filter((word) => word !== '');
    },
    close: async () => {
      daemon.kill('SIGTERM');
      await ended;
    },
  };
}
