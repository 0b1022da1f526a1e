import { type DomainState, type ReleaseTimerKind, XenBackupError } from '../../core/index.js';
import type { GuestHolds, HoldOutcome, ReleaseOutcome } from '../../ports/index.js';

interface MemoryHold {
  readonly guest: string;
  readonly timer: ReleaseTimerKind;
  held: 'pause' | 'freeze' | undefined;
}

/** What is needed of the host. */
interface HoldingHost {
  readonly domains: ReadonlyMap<string, { state: DomainState }>;
  call<T>(what: string, effect: () => T): Promise<T>;
}

/** Timers and stopped guests of one host in memory. No time passes by itself: see `goOff`. */
export class MemoryHolds {
  readonly #host: HoldingHost;
  readonly #timers = new Map<string, MemoryHold>();
  readonly #files = new Map<string, MemoryHold>();
  readonly frozen = new Set<string>();
  /** Guests whose agent answers. */
  readonly agents = new Set<string>();
  /** What each pause lasts, by the host's own clock. */
  pauseMs = 250;

  constructor(host: HoldingHost) {
    this.#host = host;
  }

  /** All timers go off now. */
  goOff(): void {
    for (const name of this.#timers.keys()) this.#release(name);
    this.#timers.clear();
  }

  get traces(): readonly string[] {
    return [
      ...[...this.#timers.keys()].map((name) => `timer ${name}`),
      ...[...this.#files.keys()].map((name) => `hold ${name}`),
      ...[...this.frozen].map((guest) => `frozen ${guest}`),
    ];
  }

  get port(): GuestHolds {
    const host = this.#host;
    return {
      timerKind: () => host.call('timer-kind', () => 'systemd'),
      arm: ({ name, guest, timer }) =>
        host.call(`arm ${name} ${guest}`, () => {
          const hold = { guest, timer, held: undefined };
          this.#timers.set(name, hold);
          this.#files.set(name, hold);
        }),
      disarm: (name) =>
        host.call(`disarm ${name}`, () => {
          this.#timers.delete(name);
          this.#files.delete(name);
        }),
      hold: ({ name, guest, by }) =>
        host.call(`hold ${by} ${guest}`, () => this.#hold(name, guest, by)),
      release: (name, guest) => host.call(`release ${guest}`, () => this.#release(name)),
      list: () =>
        host.call('list-holds', () =>
          [...this.#files].map(([name, { guest, timer }]) => ({ name, guest, timer })),
        ),
    };
  }

  #hold(name: string, guest: string, by: 'pause' | 'freeze'): HoldOutcome {
    const file = this.#files.get(name);
    if (file === undefined) throw new XenBackupError('guest-hold-broken', { message: guest });
    if (by === 'freeze') {
      if (!this.agents.has(guest)) return { kind: 'impossible', reason: 'no agent answers' };
      this.frozen.add(guest);
    } else {
      const domain = this.#host.domains.get(guest);
      if (domain?.state !== 'running') {
        throw new XenBackupError('guest-state-changed', { message: guest });
      }
      domain.state = 'paused';
    }
    file.held = by;
    return { kind: 'held' };
  }

  #release(name: string): ReleaseOutcome {
    const file = this.#files.get(name);
    this.#files.delete(name);
    if (file?.held === undefined) return { kind: 'not-held' };
    const { guest, held: by } = file;
    const heldMs = this.pauseMs;
    if (by === 'freeze') {
      const wasFrozen = this.frozen.delete(guest);
      return wasFrozen
        ? { kind: 'released', by, heldMs }
        : { kind: 'interfered', state: 'thawed', heldMs };
    }
    const domain = this.#host.domains.get(guest);
    if (domain?.state !== 'paused') {
      return { kind: 'interfered', state: domain?.state ?? 'gone', heldMs };
    }
    domain.state = 'running';
    return { kind: 'released', by, heldMs };
  }
}
