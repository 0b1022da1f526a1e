/** How the configuration names a host; everything absent is left to ssh's own configuration. */
export interface SshTarget {
  /** Name, alias from ssh_config, or address. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly knownHostsFile?: string;
}

/** What `ssh -G` says is in effect for a host, as far as the built-in client cares. */
export interface SshSettings {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  /** Only keys of {@link identityFiles}, whatever else the agent has. */
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket; absent when there is none. */
  readonly agentSocket?: string;
  /** The user's, then the system's. */
  readonly knownHostsFiles: readonly string[];
  /** Name to look up in known_hosts instead of host and port. */
  readonly hostKeyAlias?: string;
  readonly hostKeyAlgorithms: readonly string[];
  readonly keyExchanges: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  readonly addressFamily: 'any' | 'inet' | 'inet6';
  readonly bindAddress?: string;
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
  /** So many unanswered signs of life end the connection. */
  readonly keepAliveCount: number;
}
