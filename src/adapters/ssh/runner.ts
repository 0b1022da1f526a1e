import type { HostName } from '../../core/model/index.js';
import type { CommandRunner, HostRunner } from '../../ports/index.js';
import type { Elevation } from '../shared/command-environment.js';
import { SessionRunner } from '../shared/session-runner.js';
import { connect } from './connect.js';
import { SshConnection } from './connection.js';
import { ConnectionPool } from './connection-pool.js';
import { SshLauncher } from './launcher.js';
import { resolveSettings } from './resolve.js';
import type { SshSettings, SshTarget } from './settings.js';

/** sshd's default for MaxSessions. */
const defaultMaxSessions = 10;

export interface SshRunnerOptions {
  /** The host's name in messages. */
  readonly hostName: HostName;
  readonly target: SshTarget;
  /** Default `none`. */
  readonly elevation?: Elevation;
  /** Runner of this machine, for `ssh -G`. */
  readonly local: CommandRunner;
  /** Commands at once over one connection. Default 10; fewer are learned from the server. */
  readonly maxSessions?: number;
}

/** A runner and the end of its connections. */
export interface SshRunner {
  readonly runner: HostRunner;
  /** Connects if there is no connection. @throws as {@link createSshRunner} says. */
  connect(): Promise<void>;
  /** Ends what still runs, as {@link HostRunner.close} does, then all connections, whatever that said. */
  close(): Promise<void>;
}

/**
 * The runner of another machine, over SSH, with the settings that OpenSSH would use. Connects
 * with the first command, and again with the next one after the connection broke. Besides the
 * errors of every {@link CommandRunner}, a command can then end with `host-key-unknown`,
 * `host-key-mismatch`, `host-authentication-failed`, `host-setting-unsupported` and
 * `configuration-invalid`: in all of these nothing was run.
 */
export function createSshRunner(options: SshRunnerOptions): SshRunner {
  const { hostName, target, elevation = 'none', local } = options;
  let settings: Promise<SshSettings> | undefined;
  const resolved = (): Promise<SshSettings> => {
    settings ??= resolveSettings(local, target).catch((error: unknown) => {
      settings = undefined;
      throw error;
    });
    return settings;
  };
  const pool = new ConnectionPool(hostName, async () => {
    const client = await connect(hostName, await resolved());
    return new SshConnection(hostName, client, options.maxSessions ?? defaultMaxSessions);
  });
  const runner = new SessionRunner(hostName, new SshLauncher(hostName, pool), elevation);
  return {
    runner,
    connect: async () => {
      (await pool.acquire('short')).release();
    },
    close: () => runner.close().finally(() => pool.close()),
  };
}
