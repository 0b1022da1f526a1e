import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReleaseTimerKind } from '../../src/core/index.js';
import type { GuestHolds } from '../../src/ports/index.js';

/** A host with one guest that runs and can be paused. */
export interface OpenedHolds {
  readonly holds: GuestHolds;
  readonly guest: string;
  /** What libvirt calls the guest's state. */
  state(): Promise<string>;
  /** What an operator does at the host's own prompt. */
  operator(deed: 'suspend' | 'resume'): Promise<void>;
  /** Lets time pass on the host. */
  pass(durationMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface HoldsHarness {
  readonly name: string;
  /** Kinds of timers that the host can arm. */
  readonly timers: readonly ReleaseTimerKind[];
  /** What hosts under emulation are given more of. */
  readonly limitMs: number;
  open(): Promise<OpenedHolds>;
}

const name = 'xen-backup-contract00-7';

/** What {@link GuestHolds} promises. */
export function describeGuestHolds(harness: HoldsHarness): void {
  describe.each(harness.timers)(`guest holds contract: ${harness.name}, timer %s`, (timer) => {
    let host: OpenedHolds;
    const { limitMs } = harness;
    const arm = (longMs = 600_000): Promise<void> =>
      host.holds.arm({ name, guest: host.guest, timer, limitMs: longMs });
    const pause = () => host.holds.hold({ name, guest: host.guest, by: 'pause' });
    const release = () => host.holds.release(name, host.guest);

    beforeEach(async () => {
      host = await harness.open();
    });
    afterEach(async () => {
      await host.holds.release(name, host.guest);
      await host.holds.disarm(name, timer);
      await host.close();
    });

    it('holds a guest until it is released, and says for how long', async () => {
      await arm();
      expect(await host.holds.list()).toEqual([{ name, guest: host.guest, timer }]);
      expect(await host.state()).toBe('running');
      expect(await pause()).toEqual({ kind: 'held' });
      expect(await host.state()).toBe('paused');
      await host.pass(300);
      const released = await release();
      expect(released).toMatchObject({ kind: 'released', by: 'pause' });
      expect(released.kind === 'released' && released.heldMs).toBeGreaterThanOrEqual(300);
      expect(await host.state()).toBe('running');
      await host.holds.disarm(name, timer);
      expect(await host.holds.list()).toEqual([]);
    });

    it('lets it go on by itself after the limit, and leaves nothing', async () => {
      await arm(limitMs);
      await pause();
      await host.pass(limitMs * 3);
      expect(await host.state()).toBe('running');
      expect(await host.holds.list()).toEqual([]);
      expect(await release()).toEqual({ kind: 'not-held' });
    });

    it('does not stop a guest whose timer has gone off', async () => {
      await arm(limitMs);
      await host.pass(limitMs * 3);
      await expect(pause()).rejects.toMatchObject({ code: 'guest-hold-broken' });
      expect(await host.state()).toBe('running');
    });

    it('leaves alone what an operator paused before, also when the timer goes off', async () => {
      await host.operator('suspend');
      await arm(limitMs);
      await expect(pause()).rejects.toMatchObject({ code: 'guest-state-changed' });
      await host.pass(limitMs * 3);
      expect(await release()).toEqual({ kind: 'not-held' });
      expect(await host.state()).toBe('paused');
      await host.operator('resume');
    });

    it('leaves alone what an operator paused after, also when the timer goes off', async () => {
      await arm(limitMs * 2);
      await pause();
      await release();
      await host.operator('suspend');
      await host.pass(limitMs * 4);
      expect(await host.state()).toBe('paused');
      await host.operator('resume');
    });

    it('says when somebody else has let the guest go on', async () => {
      await arm();
      await pause();
      await host.operator('resume');
      expect(await release()).toMatchObject({ kind: 'interfered', state: 'running' });
      expect(await host.state()).toBe('running');
    });

    it('finds nothing to do a second time', async () => {
      await arm();
      expect(await release()).toEqual({ kind: 'not-held' });
      expect(await release()).toEqual({ kind: 'not-held' });
      await host.holds.disarm(name, timer);
      await host.holds.disarm(name, timer);
    });

    it('says why a guest without an agent cannot be frozen, and pauses it then', async () => {
      await arm();
      const frozen = await host.holds.hold({ name, guest: host.guest, by: 'freeze' });
      expect(frozen.kind === 'impossible' && frozen.reason).toMatch(/\S/);
      expect(await pause()).toEqual({ kind: 'held' });
      expect(await release()).toMatchObject({ kind: 'released', by: 'pause' });
    });
  });
}
