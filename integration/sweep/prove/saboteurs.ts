import type { Connector, CopyOutcome, HeldLock, Host } from '../../../src/index.js';
import type { FaultKind } from '../fault-kinds.js';
import { xenBackupOver } from '../program.js';
import { scenarioText } from '../scenarios.js';
import { sweep, type SweepFigures } from '../sweep.js';

/** xen-backup with one thing missing, and what the sweep must say of it. */
export interface Saboteur {
  readonly missing: string;
  /** Kinds of faults that bring it to light. */
  readonly kinds: readonly FaultKind[];
  /** Commands at which they are let happen. */
  readonly at: RegExp;
  /** What the judge must find. */
  readonly finding: RegExp;
  readonly change: (host: Host) => Host;
}

/** Protections, each taken away from outside: production code knows nothing of it. */
export const saboteurs: readonly Saboteur[] = [
  {
    missing: 'the guard that looks how a copy ended',
    kinds: ['fail'],
    at: /^xen-backup-send/,
    finding: /says complete and differs/,
    change: (host) => ({
      ...host,
      copier: overriding(host.copier, {
        copy: async (...given) => believed(await host.copier.copy(...given)),
      }),
    }),
  },
  {
    missing: 'the inverse of a mount',
    kinds: ['kill-after'],
    at: /^mount -t ext3/,
    finding: /left on dom0[ab]: mounts: /,
    change: (host) => ({
      ...host,
      mounts: overriding(host.mounts, { unmount: () => Promise.resolve() }),
    }),
  },
  {
    missing: 'the journal’s word of a snapshot',
    kinds: ['kill-after'],
    at: /^lvcreate/,
    finding: /no journal of dom0a knows of volumes: /,
    change: (host) => withoutWrites(host, (text) => text.includes('"kind":"create-snapshot"')),
  },
  {
    missing: 'the record that says syncing',
    kinds: ['kill-after'],
    at: /^xen-backup-(send|receive)/,
    finding: /changed .* and its record says nothing of it/,
    change: (host) => withoutWrites(host, (text) => text.includes('"state": "syncing"')),
  },
  {
    missing: 'the lock that shows a run to be alive',
    kinds: ['rival'],
    at: /^(blkid -p|blockdev)/,
    finding: /the run and its rival: dc1 on dom0b is not done: /,
    change: (host) => neverBusy(host, 'run-'),
  },
  {
    missing: 'the lock of a guest',
    kinds: ['rival'],
    at: /^(find -H|udevadm info)/,
    finding: /after run: exit code 10, expected 0/,
    change: (host) => neverBusy(host, 'guest-'),
  },
];

/** Sweeps xen-backup without it. */
export function sabotage({ missing, kinds, at, change }: Saboteur): Promise<SweepFigures> {
  return sweep({
    name: `without ${missing}`,
    scenario: scenarioText('wrong-fstab'),
    kinds,
    program: xenBackupOver((connector) => sabotaged(connector, change)),
    only: at,
  });
}

function sabotaged(connector: Connector, change: (host: Host) => Host): Connector {
  return {
    ...connector,
    connect: async (name) => change(await connector.connect(name)),
  };
}

function believed(outcome: CopyOutcome): CopyOutcome {
  if (outcome.kind === 'done') return outcome;
  const nothingSent = { transferredFiles: 0, transferredBytes: 0, sentBytes: 0, receivedBytes: 0 };
  const nothingChanged = { createdEntries: 0, deletedEntries: 0 };
  const source = { sourceEntries: 100, sourceBytes: 100_000 };
  return { kind: 'done', statistics: { ...source, ...nothingChanged, ...nothingSent } };
}

/** Texts that never reach the disk although the host says so. */
function withoutWrites(host: Host, isLost: (text: string) => boolean): Host {
  const { files } = host;
  return {
    ...host,
    files: overriding(files, {
      appendDurably: (path, text) =>
        isLost(text) ? Promise.resolve() : files.appendDurably(path, text),
      writeTextAtomically: (path, text) =>
        isLost(text) ? Promise.resolve() : files.writeTextAtomically(path, text),
    }),
  };
}

/** Locks that are taken, but keep nobody out. */
function neverBusy(host: Host, prefix: string): Host {
  const { locks } = host;
  const lock: HeldLock = { release: () => Promise.resolve(), lost: new AbortController().signal };
  return {
    ...host,
    locks: overriding(locks, {
      tryLock: async (name, owner) => {
        const attempt = await locks.tryLock(name, owner);
        return attempt.kind === 'busy' && name.startsWith(prefix)
          ? { kind: 'held', lock }
          : attempt;
      },
    }),
  };
}

/** A port with some of its methods replaced. */
function overriding<T extends object>(port: T, replaced: Partial<T>): T {
  return new Proxy(port, {
    get: (target, key): unknown => {
      if (Object.hasOwn(replaced, key)) return Reflect.get(replaced, key);
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
