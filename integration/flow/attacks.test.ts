import { describe, expect, it } from 'vitest';
import { replaceTable } from '../../fakes/block/maps.js';
import { activeSnapshots } from '../../fakes/block/snapshots.js';
import { sectorsOf } from '../../fakes/block/devices.js';
import { applyWorldFault } from '../../fakes/faults/world-faults.js';
import { hostOwnFiles } from '../../fakes/judge/objects.js';
import type { Machine } from '../../fakes/world/state.js';
import { scenario, Stage, withFaults } from './stage.js';

/** How often each attack is made, each time at another moment; a nightly run may ask for more. */
const attacks = Number(process.env['XEN_BACKUP_ATTACKS'] ?? '12');

/** Both sides have fifty files; the source has twenty more, and one was deleted there. */
const quiet = scenario('wrong-fstab')
  .replace(
    'configuration:',
    'configuration:\n  defaults: { bandwidthLimit: 20K, stallTimeout: 30s }',
  )
  .replace(
    '/srv/files: { count: 50, size: 8KiB }',
    '/srv/files: { count: 50, size: 1KiB }\n                        /srv/new: { count: 20, size: 8KiB }',
  )
  .replace('files: { /srv/files/file0001', 'files: { /srv/new: null, /srv/files/file0001');

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Attack = (machine: Machine, random: () => number) => void;

/** The guest overwrites everything at once. */
const overflow: Attack = (machine) => {
  applyWorldFault(machine, { kind: 'fill-snapshots' });
};

/** The same, with dmeventd listening: it unmounts what overflows. */
const monitoredOverflow: Attack = (machine, random) => {
  for (const { map } of activeSnapshots(machine)) machine.eventDaemon.monitored.add(map.uuid);
  overflow(machine, random);
};

/** Somebody unmounts one of our file systems, lazily. */
const unmount: Attack = (machine, random) => {
  const ours = [...machine.mounts].filter(({ mountPoint }) =>
    /^\/run\/xen-backup\/.*\/m?\d+$/.test(mountPoint),
  );
  const chosen = ours[Math.floor(random() * ours.length)];
  if (chosen !== undefined) applyWorldFault(machine, { kind: 'unmount', path: chosen.mountPoint });
};

/** A device of ours gives errors from now on, as after `dmsetup wipe_table`, or a disk that died. */
const loseDevice: Attack = (machine, random) => {
  const ours = [...machine.devices.values()].filter(
    (device) => device.kind === 'map' && /^xen-backup-/.test(device.name),
  );
  const chosen = ours[Math.floor(random() * ours.length)];
  if (chosen?.kind !== 'map') return;
  replaceTable(machine, chosen.name, [{ kind: 'error', start: 0, sectors: sectorsOf(chosen) }]);
};

/** One run that is attacked after a time; what came of it, read from the world alone. */
async function attacked(text: string, host: string, attack: Attack, seed: number, atMs: number) {
  const stage = await Stage.open(text);
  const before = stage.trees('dom0b', 'dc1');
  const own = hostOwnFiles(stage.machine('dom0b'));
  const random = randomNumbers(seed);
  let struck = false;
  stage.simulation.world.clock.scheduleBackground(atMs, () => {
    struck = true;
    attack(stage.machine(host), random);
  });
  const { exitCode } = await stage.run('dc1');
  await stage.simulation.settle();
  return {
    exitCode,
    struck,
    lost: stage.lost('dc1', before, 'dom0a', 'dom0b'),
    written: [...hostOwnFiles(stage.machine('dom0b'))].filter(
      ([path, content]) => own.get(path) !== content && !path.startsWith('/var/lib/xen-backup/'),
    ),
    violations: stage.simulation.violations,
  };
}

describe('nothing that the source has is ever lost on the target, and nothing written beside it', () => {
  it.each([
    ['a snapshot overflows', 'dom0a', overflow, quiet],
    ['a snapshot overflows, and dmeventd unmounts it', 'dom0a', monitoredOverflow, quiet],
    ['a file system of the source is unmounted', 'dom0a', unmount, quiet],
    ['a file system of the target is unmounted', 'dom0b', unmount, quiet],
    ['a device of the source is lost', 'dom0a', loseDevice, quiet],
    ['a device of the target is lost', 'dom0b', loseDevice, quiet],
    [
      'a mount of the source was never made, and a snapshot overflows',
      'dom0a',
      monitoredOverflow,
      withFaults(quiet, '{ host: dom0a, step: mount, occurrence: 2, effect: { lie: "" } }'),
    ],
  ] as const)(
    '%s, at any moment of a run',
    async (_, host, attack, text) => {
      const stage = await Stage.open(quiet);
      const { durationMs } = await stage.run('dc1');
      const random = randomNumbers(20_260_402);
      const codes = new Map<number, number>();
      for (let seed = 1; seed <= attacks; seed += 1) {
        const atMs = Math.round(random() * durationMs);
        const result = await attacked(text, host, attack, seed, atMs);
        const when = `seed ${seed}, after ${atMs} of ${durationMs} ms`;
        expect(result, when).toMatchObject({ lost: [], written: [], violations: [] });
        expect([0, 10], when).toContain(result.exitCode);
        codes.set(result.exitCode, (codes.get(result.exitCode) ?? 0) + 1);
      }
      // Attacks that change nothing would prove nothing.
      expect(codes.get(10) ?? 0).toBeGreaterThan(attacks / 4);
    },
    300_000,
  );
});
