import type {
  Configuration,
  GuestConfiguration,
  HostConfiguration,
  RunEventBody,
} from '../../core/index.js';
import type { Clock, HostConnector } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import { restWatchIntervalMs } from '../standby/watch-rest.js';
import { MemoryHost } from './memory-host.contract.js';

/** One call of a port that changes something, or that a test may want to see. */
export interface Call {
  readonly host: string;
  /** As `create-map xen-backup-abcdefghij-1`: a verb, then what it is about. */
  readonly what: string;
}

/** Told of each call: `before` it has had its effect, and `after`. May throw to make it fail. */
export type Watcher = (call: Call, moment: 'before' | 'after') => void | Promise<void>;

/**
 * Hosts in memory behind the ports themselves: each has volumes, maps, mounts and locks that depend
 * on one another as on a real host, so that a wrong order fails. Every call is written down.
 */
export class MemoryWorld {
  readonly calls: Call[] = [];
  readonly events: RunEventBody[] = [];
  readonly hosts = new Map<string, MemoryHost>();
  readonly clock = new MemoryClock();
  actingHost: string | undefined;
  /** Names that cannot be connected to. */
  readonly unreachable = new Map<string, Error>();
  readonly watchers: Watcher[] = [];
  #isDead = false;
  #runs = 0;

  /** @param names - of the hosts; each is a machine of its own. */
  constructor(...names: string[]) {
    for (const name of names) this.hosts.set(name, new MemoryHost(name, this));
  }

  host(name: string): MemoryHost {
    const found = this.hosts.get(name);
    if (found === undefined) throw new Error(`no host ${name}`);
    return found;
  }

  /** Calls so far as `host: what`, those whose text a pattern matches. */
  trace(pattern = /./): readonly string[] {
    return this.calls
      .map(({ host, what }) => `${host}: ${what}`)
      .filter((line) => pattern.test(line));
  }

  /** The process dies: from now on nothing it does reaches any host, and its locks are free. */
  die(): void {
    this.#isDead = true;
    for (const host of this.hosts.values()) host.dropLocks();
  }

  /** Another process works on the same hosts. */
  revive(): void {
    this.#isDead = false;
    this.watchers.length = 0;
    this.calls.length = 0;
    this.events.length = 0;
  }

  /** Carries out a call of a port. */
  async perform<T>(host: string, what: string, effect: () => T): Promise<T> {
    // As on a network: nothing happens at once, and what was begun together may interleave.
    await Promise.resolve();
    this.#requireLife();
    const call = { host, what };
    for (const watcher of this.watchers) await watcher(call, 'before');
    this.#requireLife();
    this.calls.push(call);
    const result = effect();
    for (const watcher of this.watchers) await watcher(call, 'after');
    this.#requireLife();
    return result;
  }

  /** Makes calls fail whose text matches, with the error given. */
  fail(
    pattern: RegExp,
    error: Error,
    moment: 'before' | 'after' = 'before',
    times = Infinity,
  ): void {
    let left = times;
    this.watchers.push(({ host, what }, now) => {
      if (now !== moment || left <= 0 || !pattern.test(`${host}: ${what}`)) return;
      left -= 1;
      throw error;
    });
  }

  /** What a new run works with: the first is run0000001. */
  context(
    guests: readonly GuestConfiguration[],
    signal = new AbortController().signal,
  ): RunContext {
    this.#runs += 1;
    return {
      runId: `run${String(this.#runs).padStart(7, '0')}`,
      configuration: this.configuration(guests),
      connector: this.connector,
      clock: this.clock,
      events: { emit: (event) => void this.events.push(event) },
      signal,
      controller: { nodeName: 'admin', processId: 4242 },
    };
  }

  configuration(guests: readonly GuestConfiguration[]): Configuration {
    const hosts = [...this.hosts.keys()].map((name): HostConfiguration => {
      const address = `${name}.example`;
      return { name, connection: 'ssh', address, sudo: false, replication: { address } };
    });
    const stateDirectory = '/var/lib/xen-backup';
    return { libvirtUri: 'xen:///system', stateDirectory, hosts, guests };
  }

  get connector(): HostConnector {
    return {
      connect: async (name) => {
        const error = this.unreachable.get(name);
        if (error !== undefined) throw error;
        return this.host(name).ports;
      },
      actingHost: async () => this.actingHost,
    };
  }

  #requireLife(): void {
    if (this.#isDead) throw new Error('the process is dead');
  }
}

/** Pauses between looks; what is longer is a limit. */
const longestPauseMs = 10_000;

/** Time that passes only when somebody sleeps, and then at once. */
class MemoryClock implements Clock {
  #now = 0;
  /** Every pause that was asked for. */
  readonly slept: number[] = [];

  now(): number {
    return Date.UTC(2026, 0, 2) + this.#now;
  }

  elapsedMs(): number {
    return this.#now;
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    // Hours are limits, which the work never reaches here; they end only by their signal.
    if (durationMs >= 3_600_000) {
      await new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    }
    // A question that is asked again and again lets everybody else go on in between.
    if (durationMs === restWatchIntervalMs) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      return;
    }
    this.slept.push(durationMs);
    this.#now += durationMs;
    // Whoever watches something again and again must not keep all others from their turn.
    if (durationMs > longestPauseMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
}

/** A guest with the defaults of the configuration. */
export function guestOf(
  name: string,
  hosts: readonly string[],
  settings: Partial<GuestConfiguration> = {},
): GuestConfiguration {
  return {
    name,
    hosts,
    snapshotSize: { kind: 'percent-of-origin', percent: 20 },
    snapshotMaxSize: { kind: 'percent-of-origin', percent: 100 },
    thinPoolLimitPercent: 90,
    withoutSnapshot: [],
    exclude: ['/tmp/*'],
    consistency: 'none',
    pauseLimitMs: 30_000,
    maxDeletes: { sharePercent: 30, count: 100_000 },
    bandwidthLimitKiBPerSecond: 0,
    ioClass: 'idle',
    stallTimeoutMs: 600_000,
    maxDurationMs: 0,
    ...settings,
  };
}
