/** Who can reach whom. */
export interface NetworkState {
  /** `from>to` pairs that are cut now: packets vanish, nobody is told. */
  readonly cut: Set<string>;
  /** Links that come back by themselves, at a simulated time. */
  readonly returns: { readonly left: string; readonly right: string; readonly atMs: number }[];
  /** Called after each change of a link. */
  readonly watchers: Set<() => void>;
}

/** The SSH server of a machine. Its clients' known_hosts are files of those machines. */
export interface SshServer {
  /** `ssh-ed25519 AAAA...`. */
  hostKey: string;
  port: number;
  daemon: 'running' | 'stopped';
  /** Names of machines (or `outside`) whose root may log in. */
  readonly authorized: Set<string>;
}

/** Where xen-backup runs when it does not run on one of the hosts. */
export const outside = 'outside';

/**
 * How long a client of an SSH connection that gets no answer goes on waiting
 * (ServerAliveInterval 15, ServerAliveCountMax 3).
 */
export const keepAliveMs = 45_000;

/** How long a TCP connection attempt into nothing takes (ConnectTimeout). */
export const connectTimeoutMs = 10_000;

/** When the kernel of a server finds out by itself that a silent peer is gone. */
export const tcpKeepAliveMs = 7_875_000;
