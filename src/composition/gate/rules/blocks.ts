import { blockTransferArgv, writeStartArgv } from '../../../adapters/rsync/block-argv.js';
import type { BlockTransferRequest } from '../../../ports/index.js';
import { like, type Slot } from '../like.js';
import { all, any, maybe, type Pattern, run } from '../pattern.js';
import { forSource, forTarget, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';
import { wordsOf } from '../words.js';
import { peerSlots, samplePeer } from './peer.js';
import { tagPattern } from './session.js';

const place = { tag: `${samples.runId}-7`, locksDirectory: '/run/xen-backup/locks' };
const writers = `${place.locksDirectory}/guest-${samples.guest}.lock.writers`;
const device = {
  path: samples.ownedDevice,
  deviceNumber: { major: 1_111_111, minor: 2_222_222 },
  sizeBytes: 3_333_333,
};
const marks = { targetLock: `guest-${samples.guest}` };

/** What starts a transfer by blocks here. */
export function blockSenderRules(slots: Slots): readonly GateRule[] {
  const known = [
    ...deviceSlots(slots),
    ...markSlots(slots),
    ...peerSlots(slots, 'block-receiver'),
    ...limits(slots),
  ];
  return (['idle', 'best-effort', 'none'] as const).map((ioClass) =>
    forSource(`copy by blocks ${ioClass}`, like(blockTransferArgv(request(ioClass), place), known)),
  );
}

/** What writes the header of swap here. */
export function startRules(slots: Slots): readonly GateRule[] {
  const known = [...deviceSlots(slots), ...markSlots(slots)];
  return [forTarget('write a start', like(writeStartArgv(device, marks, place), known))];
}

/** What arrives for this host through another one's ssh. */
export function blockReceiverRules(slots: Slots): readonly GateRule[] {
  const option = '--rsync-path=';
  const argv = blockTransferArgv(request('none'), place);
  const command = argv.find((word) => word.startsWith(option)) ?? '';
  const received = wordsOf(command.slice(option.length)) ?? [];
  const known = [...deviceSlots(slots), ...markSlots(slots)];
  return [forTarget('receive by blocks', all(like(received, known), serverOptions(slots)))];
}

function request(ioClass: BlockTransferRequest['ioClass']): BlockTransferRequest {
  return {
    ...{ source: device, target: device, peer: samplePeer, ioClass, pass: 'real', ...marks },
    bandwidthLimitKiBPerSecond: 4_444_444,
    stallTimeoutMs: 5_555_555_000,
  };
}

function deviceSlots({ ownedDevice, count }: Slots): readonly Slot[] {
  return [
    { sample: device.path, pattern: ownedDevice },
    ...[device.deviceNumber.major, device.deviceNumber.minor, device.sizeBytes].map((number) => ({
      sample: String(number),
      pattern: count,
    })),
  ];
}

function markSlots(slots: Slots): readonly Slot[] {
  const lock = all(`${place.locksDirectory}/guest-`, slots.guestFile('.lock.writers'));
  return [
    { sample: place.tag, pattern: tagPattern(slots.runId) },
    // A percent sign in it makes our quoting quote it, where it is quoted at all.
    { sample: writers, pattern: any(lock, all("'", lock, "'")) },
  ];
}

function limits({ count }: Slots): readonly Slot[] {
  const bandwidth: Pattern = maybe(all('--bwlimit=', count, '\n'));
  return [
    { sample: '5555555', pattern: count },
    { sample: '--bwlimit=4444444\n', pattern: all(bandwidth, maybe('-n\n')) },
  ];
}

/** What rsync adds for its server (recorded of 3.5.0); behind `e` stand letters of its protocol. */
function serverOptions({ count }: Slots): Pattern {
  const letters = all(
    '-',
    maybe('n'),
    run('Iz', 2, { max: 2 }),
    'e',
    run('0-9A-Za-z.', 1, { max: 30 }),
  );
  return all(
    '--server\n',
    letters,
    '\n',
    '--compress-level=1\n',
    all('--timeout=', count, '\n'),
    maybe(all('--bwlimit=', count, '\n')),
    '--fsync\n',
    maybe(any('--info=STATS2\n', '--stats\n')),
    '--inplace\n',
    '--write-devices\n',
    '.\n.\n',
  );
}
