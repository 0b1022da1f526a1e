import { hostsFieldFits } from './host-patterns.js';
import type { KnownHostsEntry } from './known-hosts-file.js';

/** What known_hosts says of a key that a host has shown. */
export type HostKeyVerdict =
  | { readonly kind: 'known'; readonly entry: KnownHostsEntry }
  | { readonly kind: 'unknown' }
  /** The host is known by other keys. */
  | { readonly kind: 'changed'; readonly entry: KnownHostsEntry }
  | { readonly kind: 'revoked'; readonly entry: KnownHostsEntry }
  /** Only an authority is known, which would have to sign the key. */
  | { readonly kind: 'authority'; readonly entry: KnownHostsEntry };

/** Where a host is looked up. */
export interface HostKeyPlace {
  readonly hostName: string;
  readonly port: number;
  /** Replaces name and port. */
  readonly hostKeyAlias?: string;
}

/**
 * Judges a host key as OpenSSH does with StrictHostKeyChecking: a revocation beats everything;
 * any equal key is good; other keys for the host mean that it has changed. A host on another port
 * that is not listed with its port is looked up without it, and then only an equal key counts.
 */
export function judgeHostKey(
  entries: readonly KnownHostsEntry[],
  place: HostKeyPlace,
  key: Buffer,
): HostKeyVerdict {
  const [first = '', ...fallbacks] = lookupNames(place);
  const verdict = judgeByName(entries, first, key);
  if (verdict.kind !== 'unknown') return verdict;
  for (const name of fallbacks) {
    const without = judgeByName(entries, name, key);
    if (without.kind === 'known' || without.kind === 'revoked') return without;
  }
  return verdict;
}

/** Types of the keys that are known for a host: these are asked for first. */
export function knownKeyTypes(
  entries: readonly KnownHostsEntry[],
  place: HostKeyPlace,
): ReadonlySet<string> {
  const plain = entries.filter(({ marker }) => marker === 'none');
  for (const name of lookupNames(place)) {
    const fitting = plain.filter(({ hosts }) => hostsFieldFits(hosts, name));
    if (fitting.length > 0) return new Set(fitting.map(({ keyType }) => keyType));
  }
  return new Set();
}

function judgeByName(
  entries: readonly KnownHostsEntry[],
  name: string,
  key: Buffer,
): HostKeyVerdict {
  const fitting = entries.filter(({ hosts }) => hostsFieldFits(hosts, name));
  const marked = (marker: KnownHostsEntry['marker']): KnownHostsEntry[] =>
    fitting.filter((entry) => entry.marker === marker);
  const revoked = marked('revoked').find((entry) => entry.key.equals(key));
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };
  const plain = marked('none');
  const equal = plain.find((entry) => entry.key.equals(key));
  if (equal !== undefined) return { kind: 'known', entry: equal };
  const [other] = plain;
  if (other !== undefined) return { kind: 'changed', entry: other };
  const [authority] = marked('authority');
  return authority === undefined ? { kind: 'unknown' } : { kind: 'authority', entry: authority };
}

function lookupNames({ hostName, port, hostKeyAlias }: HostKeyPlace): readonly string[] {
  if (hostKeyAlias !== undefined) return [hostKeyAlias];
  return port === 22 ? [hostName] : [`[${hostName}]:${port}`, hostName];
}
