import {
  type ErrorCode,
  type GuestConfiguration,
  type SnapshotReport,
  toXenBackupError,
  type XenBackupError,
} from '../../core/index.js';
import type { Clock, EventSink } from '../../ports/index.js';
import { gaugeOf, growSnapshot, type GrowthPlace } from './grow-snapshot.js';
import type { TakenSnapshot } from './open-disks.js';
import { shareOf, type SnapshotGauge } from './snapshot-gauge.js';
import { fillingError, overflowError, proposal } from './snapshot-trouble.js';

/** What watching needs. */
export interface SnapshotWatchInit extends GrowthPlace {
  readonly snapshots: readonly TakenSnapshot[];
  readonly guest: GuestConfiguration;
  readonly clock: Clock;
  readonly events: EventSink;
}

/** What watching has shown. */
export interface WatchedFill {
  readonly snapshots: readonly SnapshotReport[];
  /** Highest fill of a thick snapshot, 0 to 1. */
  readonly peakShare?: number;
  /** See the report. */
  readonly proposedSnapshotSize?: string;
}

/** So often in a row may a look fail; then nobody knows any more what fills. */
const toleratedFailures = 3;
/** After these another look fails as well, or adds one more to the processes that hang. */
const finalCodes: readonly ErrorCode[] = [
  'snapshot-invalid',
  'volume-not-found',
  'command-stop-unproven',
  'host-unreachable',
];
const longestPauseMs = 5_000;

/**
 * Watches the snapshots of a guest while they are read: one cheap command for all of them, never
 * two at a time, so that a host on which commands hang is not given more of them. A snapshot that
 * fills grows in time where it may; where it may not, the copy is stopped before it overflows.
 *
 * Watching shortens a failure. It is not what protects the target: the deletion guard is.
 */
export class SnapshotWatch {
  /** Aborts with the reason when the snapshots can no longer be read to the end. */
  readonly signal: AbortSignal;
  readonly #init: SnapshotWatchInit;
  readonly #gauges: readonly SnapshotGauge[];
  readonly #broken = new AbortController();
  readonly #over = new AbortController();
  #failures = 0;
  #looking: Promise<void> = Promise.resolve();
  #growing: Promise<void> | undefined;

  constructor(init: SnapshotWatchInit) {
    this.#init = init;
    this.signal = this.#broken.signal;
    this.#gauges = init.snapshots.map((snapshot) => gaugeOf(init.guest, snapshot));
  }

  start(): void {
    this.#looking = this.#lookOn();
  }

  /**
   * Ends watching, with a last look where looking has been possible; when this returns no command
   * of it runs any more. Never throws.
   *
   * @param end - whether everything was read
   */
  async stop(end: 'completed' | 'cut-off'): Promise<WatchedFill> {
    this.#over.abort();
    await this.#looking;
    await this.#growing;
    if (this.#failures === 0 && !this.#broken.signal.aborted) await this.#lookLast();
    const seen = this.#gauges.filter(({ last }) => last !== undefined);
    const thick = seen.filter(({ snapshot }) => snapshot.storage.kind === 'thick');
    const proposed = proposal(this.#init.guest, seen, end);
    return {
      snapshots: seen.map((gauge) => gauge.report()),
      ...(thick.length === 0
        ? {}
        : { peakShare: Math.max(...thick.map((gauge) => gauge.peakShare)) }),
      ...(proposed === undefined ? {} : { proposedSnapshotSize: proposed }),
    };
  }

  async #lookOn(): Promise<void> {
    try {
      for (let pauseMs = 0; !this.#over.signal.aborted; ) {
        pauseMs = await this.#lookAndAct(pauseMs);
        await this.#init.clock.sleep(pauseMs, this.#over.signal);
      }
    } catch (error) {
      // The pause that was cut short by the end of watching is no trouble.
      if (!this.#over.signal.aborted) this.#broken.abort(toXenBackupError(error));
    }
  }

  /** @returns when to look again. @throws when the copy must end. */
  async #lookAndAct(lastPauseMs: number): Promise<number> {
    try {
      await this.#look();
    } catch (error) {
      this.#tolerate(toXenBackupError(error));
      return longestPauseMs;
    }
    this.#tell();
    for (const gauge of this.#gauges) this.#act(gauge, Math.max(lastPauseMs, gauge.pauseMs));
    return Math.min(longestPauseMs, ...this.#gauges.map(({ pauseMs }) => pauseMs));
  }

  async #look(): Promise<void> {
    const { host, clock } = this.#init;
    const fills = await host.volumes.snapshotFills(this.#gauges.map(watched));
    const atMs = clock.elapsedMs();
    let overflow: XenBackupError | undefined;
    this.#gauges.forEach((gauge, index) => {
      const fill = fills[index];
      if (fill === undefined) return;
      gauge.take(fill, atMs);
      if (fill.kind !== 'invalid') return;
      overflow ??= overflowError(this.#owner, gauge, this.#gauges, fill.status);
    });
    if (overflow !== undefined) throw overflow;
    this.#failures = 0;
  }

  /** For the report only; what is wrong now, the last proof has found or the next will. */
  async #lookLast(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      this.#say(toXenBackupError(error), 'The report tells the fill that was seen before.');
    }
  }

  /** @throws the error, when looking again would only make it worse, or has not helped. */
  #tolerate(error: XenBackupError): void {
    this.#failures += 1;
    if (this.#over.signal.aborted) return;
    if (finalCodes.includes(error.code) || this.#failures >= toleratedFailures) throw error;
    this.#say(error, 'It is tried again; if that does not help, the copy is ended.');
  }

  #say(error: XenBackupError, remedy: string): void {
    const { events, host, guest } = this.#init;
    const message = `the fill of the snapshots could not be read: ${error.message}`;
    const place = { guest: guest.name, host: host.name };
    events.emit({ type: 'notice', level: 'warning', ...place, message, remedy });
  }

  #tell(): void {
    const { events, host, guest } = this.#init;
    for (const gauge of this.#gauges) {
      const { last, snapshot } = gauge;
      if (last === undefined || !gauge.isNews()) continue;
      events.emit({
        type: 'snapshot-fill',
        guest: guest.name,
        host: host.name,
        snapshot: gauge.name,
        usedShare: shareOf(last),
        ...(snapshot.storage.kind === 'thin'
          ? {}
          : { sizeBytes: last.size, bytesPerSecond: Math.round(gauge.speed) }),
      });
    }
  }

  /** @throws `snapshot-filling`. */
  #act(gauge: SnapshotGauge, lookEveryMs: number): void {
    const verdict = gauge.judge(lookEveryMs);
    if (verdict === 'stop') throw fillingError(this.#owner, gauge, this.#gauges);
    // One at a time: they share the group's room, and LVM's lock.
    if (verdict !== 'grow' || this.#growing !== undefined) return;
    this.#growing = growSnapshot(this.#init, gauge).finally(() => {
      this.#growing = undefined;
    });
  }

  get #owner() {
    const { host, guest } = this.#init;
    return { hostName: host.name, guest };
  }
}

function watched({ snapshot }: SnapshotGauge) {
  const { volumeGroup, name, storage } = snapshot;
  return storage.kind === 'thin'
    ? { volumeGroup, name, pool: storage.pool }
    : { volumeGroup, name };
}
