import type { Argv, ReleaseTimer } from '../../../ports/index.js';
import {
  armArgv,
  holdArgv,
  releaseArgv,
  type ReleasePlace,
  stopTimerArgv,
  stopUnitsArgv,
  systemdRunsArgv,
  unholdArgv,
} from '../../../adapters/virsh/holds/argv.js';
import { describeHold } from '../../../adapters/virsh/holds/parse.js';
import * as files from '../../../adapters/host-files/argv.js';
import { like, type Slot } from '../like.js';
import { all, any, keep, type Pattern, run, same } from '../pattern.js';
import { asked, forBoth, forSource, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';
import { localUri } from './host.js';

const directory = `/run/xen-backup/${samples.runId}`;
const file = `${directory}/${samples.owned}.hold`;
const timers = ['systemd', 'setsid'] as const;
/** Longer than any limit of a pause, in seconds. */
const limitSeconds = 987;
const holdSeconds = 20;

/** Commands that stop a guest for its snapshots, never without a timer, and let it go on. */
export function holdRules(slots: Slots): readonly GateRule[] {
  const { runId, owned, count } = slots;
  const ofRun: Slot = { sample: samples.runId, pattern: runId };
  const own: Slot = {
    sample: samples.owned,
    pattern: keep('owned', owned),
    further: same('owned'),
  };
  const bytes: Slot = { sample: String(samples.number), pattern: count };
  const limit: Slot = {
    sample: String(limitSeconds),
    pattern: run('0-9', 1, { max: 3 }),
  };
  const place = [ofRun, own];
  /** One command, whichever guest it is about. */
  const about = (build: (guest: string) => Argv, ...further: readonly Slot[]): Pattern =>
    forGuests(slots, build, [...place, ...further]);
  const arm = (timer: ReleaseTimer['timer']): Pattern =>
    about(
      (guest) =>
        armArgv(
          { name: samples.owned, guest, timer, limitMs: limitSeconds * 1000 },
          placeOf(guest),
        ),
      ...[localUri, limit],
    );
  const stop = (by: 'pause' | 'freeze', timer: ReleaseTimer['timer']): Pattern =>
    about(
      (guest) =>
        holdArgv({ guest, by }, placeOf(guest), describeHold({ guest, timer }), holdSeconds),
      localUri,
    );
  return [
    // A check asks every host: each may be the source one day.
    forBoth('whether systemd runs', like(systemdRunsArgv())),
    forSource('make the run’s directory', like(files.makeDirectoryArgv(directory), [ofRun])),
    asked(
      forSource('read a hold', like(files.readArgv(file, samples.number - 1), [...place, bytes])),
    ),
    forSource('write a hold', like(files.writeArgv(file, samples.number), [...place, bytes])),
    forSource('remove a hold', like(files.removeFileArgv(file), place)),
    ...timers.flatMap((timer) => [
      forSource(`timer of ${timer}`, arm(timer)),
      forSource(`pause before a timer of ${timer}`, stop('pause', timer)),
      forSource(`freeze before a timer of ${timer}`, stop('freeze', timer)),
      forSource(
        `no freeze before a timer of ${timer}`,
        about((guest) => unholdArgv(placeOf(guest), describeHold({ guest, timer }))),
      ),
    ]),
    forSource(
      'release',
      about((guest) => releaseArgv(placeOf(guest)), localUri),
    ),
    forSource('stop a timer of systemd', like(stopUnitsArgv(samples.owned), [own])),
    forSource('stop a timer of setsid', like(stopTimerArgv(samples.owned), [own])),
  ];
}

function placeOf(guest: string): ReleasePlace {
  return { file, libvirtUri: localUri.sample, guest };
}

/**
 * The commands about each guest that is named by limits, to the letter; else about any whose name
 * needs no quoting by JSON, and it must be the same one everywhere in the command.
 */
function forGuests(
  { guests, guest, hyphenGuest }: Slots,
  build: (guest: string) => Argv,
  slots: readonly Slot[],
): Pattern {
  if (guests !== undefined) return any(...guests.map((name) => like(build(name), slots)));
  const anyOf = (sample: string, name: Pattern): Pattern =>
    like(build(sample), [...slots, ...sameGuest(build(sample), sample, name)]);
  return any(anyOf(samples.guest, guest), anyOf(`-${samples.guest}`, hyphenGuest));
}

/** Within virsh's command strings names may be in quotes: `~` and `=` are. */
function sameGuest(argv: Argv, sample: string, name: Pattern): readonly Slot[] {
  const first = keep('guest', name);
  const again = same('guest');
  const quotedOr = (pattern: Pattern): Pattern => any(all("'", pattern, "'"), pattern);
  const inJson = `"guest":"${sample}"`;
  const inWords: Slot = { sample, pattern: quotedOr(first), further: quotedOr(again) };
  const hasJson = argv.some((word) => word.includes(inJson));
  if (!hasJson) return [inWords];
  const described: Slot = { sample: inJson, pattern: all('"guest":"', first, '"') };
  const hasWords = argv.some((word) => word.replace(inJson, '').includes(sample));
  return hasWords ? [described, { sample, pattern: quotedOr(again) }] : [described];
}
