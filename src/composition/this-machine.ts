import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';

/** What the machine that xen-backup runs on knows of itself, and whom it can name. */
export interface ThisMachine {
  /** `uname -n`. */
  readonly nodeName: string;
  /** Effective user id of this process. */
  readonly userId: number;
  /** Of the running kernel, `undefined` where there is no such thing. */
  bootId(): string | undefined;
  /** Addresses of all network interfaces that are up. */
  ownAddresses(): readonly string[];
  /** All addresses of a name, as the system resolves it; none when it cannot. */
  resolve(name: string): Promise<readonly string[]>;
}

/** The real one. */
export function thisMachine(): ThisMachine {
  return {
    nodeName: hostname(),
    userId: process.geteuid?.() ?? 0,
    bootId: readBootId,
    ownAddresses: () =>
      Object.values(networkInterfaces()).flatMap((entries) =>
        (entries ?? []).map(({ address }) => address),
      ),
    resolve: async (name) => {
      try {
        // The system's own resolver: /etc/hosts counts, IPv6 too. (`host`, which the 2009 script
        // used, asks DNS only.)
        return (await lookup(name, { all: true })).map(({ address }) => address);
      } catch {
        // A name that cannot be resolved is not this machine; SSH will say what is wrong with it.
        return [];
      }
    },
  };
}

function readBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // No Linux: then no host of a configuration is this machine.
    return undefined;
  }
}
