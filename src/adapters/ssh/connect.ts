import ssh2, {
  type AnyAuthMethod,
  type AuthHandlerMiddleware,
  type Client,
  type ConnectConfig,
} from 'ssh2';
import type { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import { algorithmsFor } from './algorithms.js';
import { connectionError, noKeyError } from './connection-error.js';
import { loadCredentials } from './credentials.js';
import { hostKeyError } from './host-key-error.js';
import { judgeHostKey, knownKeyTypes } from './host-key-verdict.js';
import type { KnownHostsEntry } from './known-hosts-file.js';
import { readKnownHosts } from './known-hosts.js';
import type { SshSettings } from './settings.js';

/**
 * Opens one connection. The host key is judged before anything of ours is offered.
 *
 * @throws `host-unreachable`, `host-key-unknown`, `host-key-mismatch`,
 * `host-authentication-failed`, `host-setting-unsupported`, `file-unreadable`.
 */
export async function connect(host: HostName, settings: SshSettings): Promise<Client> {
  // Read anew each time: a key that was added is good for the next attempt.
  const entries = await readKnownHosts(settings.knownHostsFiles);
  const credentials = await loadCredentials(settings);
  if (credentials.methods.length === 0) throw noKeyError(host, settings, credentials);
  const verifier = new HostKeyVerifier(host, settings, entries);
  const config: ConnectConfig = {
    ...transport(settings),
    algorithms: algorithmsFor(settings, knownKeyTypes(entries, settings)),
    hostVerifier: (key: Buffer) => verifier.accepts(key),
    username: settings.user,
    authHandler: oneAfterAnother(credentials.methods),
  };
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const fail = (error: Error): void => {
      // An agent that does not answer is no end: the files' keys come next.
      if ('level' in error && error.level === 'agent') return;
      client.end();
      reject(verifier.refusal ?? connectionError(host, settings, credentials, error));
    };
    client.on('error', fail);
    client.once('close', () => {
      fail(new Error('the connection was closed'));
    });
    client.once('ready', () => {
      resolve(client);
    });
    client.connect(config);
  });
}

function transport(settings: SshSettings): ConnectConfig {
  return {
    host: settings.hostName,
    port: settings.port,
    forceIPv4: settings.addressFamily === 'inet',
    forceIPv6: settings.addressFamily === 'inet6',
    ...(settings.bindAddress === undefined ? {} : { localAddress: settings.bindAddress }),
    readyTimeout: settings.connectTimeoutMs,
    keepaliveInterval: settings.keepAliveMs,
    keepaliveCountMax: settings.keepAliveCount,
  };
}

/** Each method once, in order. (A list would do, but for the `none` that ssh2 then adds.) */
function oneAfterAnother(methods: readonly AnyAuthMethod[]): AuthHandlerMiddleware {
  const left = [...methods];
  return (_allowed, _partial, next) => {
    const method = left.shift();
    if (method === undefined) refuseFurther(next);
    else next(method);
  };
}

/** `false` ends the attempt; the type declarations of ssh2 do not know it, its manual does. */
function refuseFurther(next: (method: never) => void): void {
  Reflect.apply(next, undefined, [false]);
}

/** Judges the key that the server shows, and keeps the reason when it refuses. */
class HostKeyVerifier {
  /** Set once a key was refused. */
  refusal: XenBackupError | undefined;
  readonly #host: HostName;
  readonly #settings: SshSettings;
  readonly #entries: readonly KnownHostsEntry[];

  constructor(host: HostName, settings: SshSettings, entries: readonly KnownHostsEntry[]) {
    this.#host = host;
    this.#settings = settings;
    this.#entries = entries;
  }

  accepts(key: Buffer): boolean {
    const verdict = judgeHostKey(this.#entries, this.#settings, key);
    if (verdict.kind === 'known') return true;
    this.refusal = hostKeyError(this.#host, this.#settings, key, verdict);
    return false;
  }
}
