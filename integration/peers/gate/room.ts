import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Elevation } from '../../../src/adapters/shared/command-environment.js';
import { execHere, here } from '../peer/exec-here.js';
import { makeKeys } from '../peer/keys.js';
import type { Peer } from '../peer/peer.js';
import { freePort, waitForPort } from '../peer/wait-for-port.js';
import { documented, documentedKeyLine, sudoAccount } from './documented.js';
import { roomScript } from './room-script.js';

/** What a room is like. */
export interface RoomPlan {
  /** What /bin/sh is there. */
  readonly shell: 'dash' | 'bash';
  /** `sudo`: the account of the documented sudoers line, which is not root. */
  readonly elevation: Elevation;
  /** Options of `gate --print`. */
  readonly gate: readonly string[];
  /** Programs that come before all others in the PATH: text by name. Default: none. */
  readonly tools?: Readonly<Record<string, string>>;
  /** Whether a log daemon runs; then there are no loop devices. Default: none does. */
  readonly log?: 'kept';
}

/**
 * A machine whose files are this one's but for those that the gate's installation touches, in a
 * mount namespace of its own: sshd lets in one key, through a gate installed as documented.
 */
export interface GateRoom extends Peer {
  readonly user: string;
  readonly elevation: Elevation;
  /** Where its log daemon writes, if one runs, as this machine sees it. */
  readonly authLog: string;
}

/** Needs root. `close` leaves nothing of it. */
export async function openRoom(plan: RoomPlan): Promise<GateRoom> {
  const directory = mkdtempSync(join(tmpdir(), 'xen-backup-room-'));
  chmodSync(directory, 0o755);
  const keys = makeKeys(directory);
  const user = plan.elevation === 'sudo' ? sudoAccount : 'root';
  const port = await freePort();
  write(directory, plan, port);
  const log = openSync(join(directory, 'sshd.log'), 'w');
  const namespace = ['--mount', '--propagation', 'private'];
  const inside = ['sh', '-c', roomScript, 'room', directory, plan.shell, user, plan.log ?? 'none'];
  const daemon = spawn('unshare', [...namespace, ...inside], { stdio: ['ignore', log, log] });
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  const processId = String(daemon.pid);
  try {
    await waitForPort('127.0.0.1', port);
  } catch {
    throw new Error(`no sshd in the room: ${readFileSync(join(directory, 'sshd.log'), 'utf8')}`);
  }
  // Not with the room's own tools, which may only tell.
  const enter = ['nsenter', `--mount=/proc/${processId}/ns/mnt`, '--'];
  const path = ['/usr/bin/env', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'];
  const exec: Peer['exec'] = (argv) => execHere([...enter, ...path, ...argv]);
  return {
    ...{ kind: 'loopback', address: '127.0.0.1', port, keys, user, elevation: plan.elevation },
    scratch: join(directory, 'scratch'),
    authLog: `/proc/${processId}/root${join(directory, 'own/auth.log')}`,
    pathFromHere: (path) => `/proc/${processId}/root${path}`,
    exec,
    connectionProcesses: async () => {
      const { stdout } = await execHere(['ps', '-o', 'pid=', '--ppid', processId]);
      return stdout.split(/\s+/).filter((word) => word !== '');
    },
    close: async () => {
      if (plan.log === 'kept') {
        const logger = readFileSync(`/proc/${processId}/root/run/syslogd.pid`, 'utf8');
        process.kill(Number(logger));
      }
      daemon.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What the script that makes a room takes from its directory. */
function write(directory: string, plan: RoomPlan, port: number): void {
  mkdirSync(join(directory, 'scratch'));
  mkdirSync(join(directory, 'tools'));
  for (const [name, text] of Object.entries(plan.tools ?? {})) {
    writeFileSync(join(directory, 'tools', name), text, { mode: 0o755 });
  }
  const publicKey = readFileSync(join(directory, 'client_key.pub'), 'utf8');
  const [type = '', base64 = ''] = publicKey.split(' ');
  writeFileSync(join(directory, 'authorized_keys'), `${documentedKeyLine(`${type} ${base64}`)}\n`);
  writeFileSync(join(directory, 'sudoers'), `${documented('sudoers')}\n`);
  writeFileSync(join(directory, 'gate'), printedGate(plan.gate));
  const config = [
    documented('sshd_config'),
    ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${directory}/host_ed25519`],
    ...[`HostKey ${directory}/host_rsa`, 'UsePAM no', 'PidFile none', 'PrintMotd no'],
    ...['AcceptEnv LANG LC_*', 'Subsystem sftp internal-sftp', 'MaxStartups 100'],
    '',
  ];
  writeFileSync(join(directory, 'sshd_config'), config.join('\n'));
}

/** What the command prints, as an operator gets it. */
function printedGate(options: readonly string[]): string {
  const program = [process.execPath, '--import', 'tsx', 'src/cli/main.ts'];
  return here([...program, 'gate', '--print', ...options]);
}
