import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import {
  createSshRunner,
  type SshRunner,
  type SshRunnerOptions,
} from '../../src/adapters/ssh/index.js';
import type { CommandRunner } from '../../src/ports/index.js';
import type { Peer } from './peer/peer.js';

/** The name of a peer as known_hosts writes it. */
export function knownHostsName(peer: Peer): string {
  return peer.port === 22 ? peer.address : `[${peer.address}]:${peer.port}`;
}

let files = 0;

/** A known_hosts file with these lines. @returns its path. */
export function knownHostsFile(peer: Peer, lines: readonly string[]): string {
  files += 1;
  const path = join(peer.keys.directory, `known_hosts_${files}`);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

/** A known_hosts file in which the peer's real keys stand. */
export function rightKnownHosts(peer: Peer): string {
  const name = knownHostsName(peer);
  return knownHostsFile(
    peer,
    Object.values(peer.keys.hostKeys).map((key) => `${name} ${key}`),
  );
}

export interface ClientChanges {
  readonly target?: Partial<SshRunnerOptions['target']>;
  readonly elevation?: SshRunnerOptions['elevation'];
  readonly maxSessions?: number;
  /** Further options for `ssh -G`, as if they stood in ssh_config. */
  readonly sshOptions?: readonly string[];
}

/** A runner on the peer, with its key and its known_hosts unless said otherwise. */
export function sshClient(peer: Peer, changes: ClientChanges = {}): SshRunner {
  const { elevation = peer.elevation, maxSessions } = changes;
  return createSshRunner({
    hostName: 'peer',
    target: {
      address: peer.address,
      port: peer.port,
      user: peer.user ?? 'root',
      identityFile: peer.keys.identityFile,
      knownHostsFile: rightKnownHosts(peer),
      ...changes.target,
    },
    local: withSshOptions(changes.sshOptions ?? []),
    ...(elevation === undefined ? {} : { elevation }),
    ...(maxSessions === undefined ? {} : { maxSessions }),
  });
}

function withSshOptions(options: readonly string[]): CommandRunner {
  const local = createLocalRunner({ hostName: 'here' });
  const words = options.flatMap((option) => ['-o', option]);
  return {
    run: (command) => {
      const [tool, ...rest] = command.argv;
      return local.run({ ...command, argv: [tool, ...words, ...rest] });
    },
    start: (command) => local.start(command),
  };
}
