import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HereOptions, tryHere } from '../peer/exec-here.js';
import type { ExecResult } from '../peer/peer.js';
import { rightKnownHosts } from '../ssh-client.js';
import type { GateRoom } from './room.js';

/** Somebody with the key, in front of a room’s sshd with the programs of OpenSSH. */
export interface Door {
  /** `ssh ROOM`, the text as its command; without a text, to log in. */
  knock(text?: string): ExecResult;
  /** Another program or other options: `ssh`, `scp`, `sftp`. `ROOM` stands for the address. */
  use(argv: readonly string[], options?: HereOptions): ExecResult;
  close(): Promise<void>;
}

/** All of `knock` goes over one connection, as with ControlMaster. */
export async function openDoor(room: GateRoom): Promise<Door> {
  const settings = {
    IdentityFile: room.keys.identityFile,
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: rightKnownHosts(room),
    StrictHostKeyChecking: 'yes',
    BatchMode: 'yes',
    Port: String(room.port),
    User: room.user,
  };
  const options = ['-F', 'none', ...words(settings)];
  const shared = words({ ControlPath: `${room.keys.directory}/shared-%C` });
  const master = spawn('ssh', [...options, ...shared, '-M', '-N', room.address], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => master.once('exit', resolve));
  const use: Door['use'] = ([program = '', ...rest], more) => {
    const named = rest.map((word) => word.replace('ROOM', room.address));
    return tryHere([program, ...options, ...named], more);
  };
  for (let attempt = 0; use(['ssh', ...shared, '-O', 'check', 'ROOM']).exitCode !== 0; ) {
    attempt += 1;
    if (attempt === 100) throw new Error('no connection to the room within 10 s');
    await sleep(100);
  }
  return {
    knock: (text) =>
      use(['ssh', '-T', ...shared, 'ROOM', ...(text === undefined ? [] : ['--', text])], {
        input: '',
      }),
    use,
    close: async () => {
      master.kill('SIGTERM');
      await ended;
    },
  };
}

function words(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
