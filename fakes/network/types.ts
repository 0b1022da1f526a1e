/** Who can reach whom. Names are machine names; a link is directed. */
export interface NetworkState {
  /** `from>to` pairs that are cut now. */
  readonly cut: Set<string>;
}

/** An SSH server's and client's identity on one machine. */
export interface SshIdentity {
  /** `ssh-ed25519 AAAA...` of the server. */
  readonly hostKey: string;
  /** Text of known_hosts of root. */
  knownHosts: string;
  /** Names of machines whose root may log in. */
  readonly authorized: Set<string>;
}
