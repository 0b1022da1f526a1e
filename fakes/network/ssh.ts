import { readTextIfAny } from '../filesystem/files.js';
import type { Machine, World } from '../world/state.js';
import { canReach } from './links.js';
import { connectTimeoutMs } from './types.js';

/** The words of an ssh command line. */
export interface SshCall {
  readonly address: string;
  readonly user: string;
  readonly port: number;
  readonly knownHostsFile: string;
  /** What is to run there; one string once the remote shell gets it. */
  readonly command: readonly string[];
  readonly connectTimeoutMs: number;
}

/** A connection that stands, or OpenSSH's last words; ssh ends with 255 then. */
export type SshConnection =
  | { readonly kind: 'connected'; readonly machine: Machine }
  | { readonly kind: 'failed'; readonly reason: SshFailure; readonly text: string };

/** Why there is no connection. */
export type SshFailure = 'unreachable' | 'key-unknown' | 'key-mismatch' | 'authentication';

const rootKnownHosts = '/root/.ssh/known_hosts';

/** Reads `ssh [options] [user@]address command...`; `args` begins after the word `ssh`. */
export function parseSshCall(args: readonly string[]): SshCall {
  const rest = [...args];
  const options = new Map<string, string>();
  let port = 22;
  while (rest[0]?.startsWith('-') === true) {
    const option = rest.shift() ?? '';
    if (option === '-o') {
      const [, key = '', value = ''] = /^(\w+)[= ](.*)$/s.exec(rest.shift() ?? '') ?? [];
      options.set(key.toLowerCase(), value);
    } else if (option === '-p') port = Number(rest.shift());
    else if (option === '-l' || option === '-i') options.set(option, rest.shift() ?? '');
  }
  const [target = '', ...command] = rest;
  const atSign = target.lastIndexOf('@');
  const seconds = options.get('connecttimeout');
  return {
    address: target.slice(atSign + 1),
    user: atSign === -1 ? (options.get('-l') ?? 'root') : target.slice(0, atSign),
    port,
    knownHostsFile: knownHostsPath(options.get('userknownhostsfile')),
    command: command[0] === '--' ? command.slice(1) : command,
    connectTimeoutMs: seconds === undefined ? connectTimeoutMs : Number(seconds) * 1000,
  };
}

function knownHostsPath(value: string | undefined): string {
  if (value === undefined) return rootKnownHosts;
  return value.replaceAll('"', '').replace(/^~/, '/root').replaceAll('%%', '%');
}

/** The machine that answers to a name or address. */
function machineAt(world: World, address: string): Machine | undefined {
  return [...world.machines.values()].find(
    ({ name, addresses }) => name === address || addresses.includes(address),
  );
}

/**
 * Connects as OpenSSH does with BatchMode and strict host key checking: it waits as long as ssh
 * waits, and its texts are those of OpenSSH 9.2.
 */
export async function connectBySsh(from: Machine, call: SshCall): Promise<SshConnection> {
  const { world } = from;
  const machine = machineAt(world, call.address);
  if (machine === undefined) {
    const text = `Could not resolve hostname ${call.address}: Name or service not known`;
    return failed('unreachable', `ssh: ${text}`);
  }
  const place = `connect to host ${call.address} port ${call.port}`;
  if (!canReach(world, from.name, machine.name)) {
    await world.clock.sleep(call.connectTimeoutMs);
    return failed('unreachable', `ssh: ${place}: Connection timed out`);
  }
  if (machine.ssh.daemon === 'stopped' || machine.ssh.port !== call.port) {
    return failed('unreachable', `ssh: ${place}: Connection refused`);
  }
  const verdict = judgeHostKey(readTextIfAny(from, call.knownHostsFile) ?? '', call, machine);
  if (verdict !== 'known') return verdict;
  if (!machine.ssh.authorized.has(from.name)) {
    const text = `${call.user}@${call.address}: Permission denied (publickey,password).`;
    return failed('authentication', text);
  }
  return { kind: 'connected', machine };
}

function judgeHostKey(
  knownHosts: string,
  call: SshCall,
  machine: Machine,
): 'known' | (SshConnection & { readonly kind: 'failed' }) {
  const wanted = call.port === 22 ? call.address : `[${call.address}]:${call.port}`;
  const keys = knownHosts.split('\n').flatMap((line) => {
    const [names = '', ...key] = line.trim().split(/\s+/);
    return names.split(',').includes(wanted) ? [key.slice(0, 2).join(' ')] : [];
  });
  if (keys.includes(machine.ssh.hostKey)) return 'known';
  const [type = ''] = machine.ssh.hostKey.split(' ');
  const shortType = type.replace('ssh-', '').toUpperCase();
  if (keys.length > 0) return failed('key-mismatch', changedKeyText(wanted, shortType, call));
  const unknown = `No ${shortType} host key is known for ${wanted} and you have requested strict checking.`;
  return failed('key-unknown', `${unknown}\r\nHost key verification failed.`);
}

function changedKeyText(name: string, type: string, call: SshCall): string {
  const line = '@'.repeat(59);
  return [
    line,
    '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @',
    line,
    'IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!',
    'Someone could be eavesdropping on you right now (man-in-the-middle attack)!',
    'It is also possible that a host key has just been changed.',
    `Add correct host key in ${call.knownHostsFile} to get rid of this message.`,
    `Host key for ${name} has changed and you have requested strict checking.`,
    `Offending ${type} key in ${call.knownHostsFile}:1`,
    'Host key verification failed.',
  ].join('\r\n');
}

function failed(reason: SshFailure, text: string): SshConnection & { readonly kind: 'failed' } {
  return { kind: 'failed', reason, text: `${text}\r\n` };
}
