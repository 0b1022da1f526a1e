import type { CopyRequest, ReplicationPeer } from '../../../ports/index.js';
import { copyArgv, probePeerArgv } from '../../../adapters/rsync/argv.js';
import { like, type Slot } from '../like.js';
import { all, any, many, maybe, one, type Pattern, run } from '../pattern.js';
import { forSource, forTarget, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';
import { wordsOf } from '../words.js';
import { mountSlots } from './mounts.js';
import { peerSlots, probeWords, samplePeer } from './peer.js';
import { tagPattern } from './session.js';

const place = { tag: `${samples.runId}-7`, locksDirectory: '/run/xen-backup/locks' };
const identity = { device: '1111111', inode: '2222222' };
const writers = `${place.locksDirectory}/guest-${samples.guest}.lock.writers`;

/** What starts a sender here, and asks a peer who it is. */
export function senderRules(slots: Slots): readonly GateRule[] {
  const known = [...copySlots(slots), ...peerSlots(slots), ...optionalWords(slots)];
  const copies = (['posix', 'vfat'] as const).flatMap((faithfulness) =>
    (['idle', 'best-effort', 'none'] as const).map((ioClass) => {
      const argv = copyArgv(sampleRequest(samplePeer, faithfulness, ioClass), place);
      return forSource(`copy ${faithfulness} ${ioClass}`, like(argv, known));
    }),
  );
  const probe = probePeerArgv(samplePeer);
  return [...copies, forSource('probe of a peer', probeWords(probe, slots))];
}

/** What arrives for this host through another one's ssh. */
export function receiverRules(slots: Slots): readonly GateRule[] {
  const argv = copyArgv(sampleRequest(samplePeer, 'posix', 'none'), place);
  const [command = ''] = argv.filter((word) => word.startsWith(pathOption));
  const received = wordsOf(command.slice(pathOption.length)) ?? [];
  const bootId = probePeerArgv(samplePeer).at(-1) ?? '';
  return [
    forTarget('receive', all(like(received, copySlots(slots)), serverOptions(slots))),
    forTarget('boot id', like(wordsOf(bootId) ?? [])),
  ];
}

const pathOption = '--rsync-path=';

function sampleRequest(
  peer: ReplicationPeer,
  faithfulness: CopyRequest['faithfulness'],
  ioClass: CopyRequest['ioClass'],
): CopyRequest {
  const mount = {
    mountPoint: `/run/xen-backup/${samples.runId}/${samples.owned}/0`,
    identity,
  };
  return {
    ...{ source: mount, target: mount, peer, faithfulness, ioClass },
    pass: 'real',
    excludes: ['sampleexclude'],
    maxDeletes: 3_333_333,
    bandwidthLimitKiBPerSecond: 4_444_444,
    stallTimeoutMs: 5_555_555_000,
    targetLock: `guest-${samples.guest}`,
  };
}

/** What both ends of a copy are told. */
function copySlots(slots: Slots): readonly Slot[] {
  const lock = all(`${place.locksDirectory}/guest-`, slots.guestFile('.lock.writers'));
  return [
    mountSlots(slots).mountPoint,
    { sample: identity.device, pattern: slots.count },
    { sample: identity.inode, pattern: slots.count },
    { sample: place.tag, pattern: tagPattern(slots.runId) },
    // A percent sign in it makes our quoting quote it, where it is quoted at all.
    { sample: writers, pattern: any(lock, all("'", lock, "'")) },
  ];
}

/** Words that a copy has or has not. */
function optionalWords(slots: Slots): readonly Slot[] {
  const exclude = all(one('A-Za-z0-9_./*?@%'), many(any(run(excludeLetters, 1), '[', ']')));
  const { maxDelete, bandwidthLimit } = limitWords(slots);
  const limits = any(all(maxDelete, bandwidthLimit, maybe('-n\n')), all(bandwidthLimit, '-n\n'));
  return [
    { sample: '5555555', pattern: slots.count },
    // Words in a row, of which some are there: the first stands for all.
    { sample: '--max-delete=3333333\n', pattern: limits },
    { sample: '--bwlimit=4444444\n', pattern: all() },
    { sample: 'sampleexclude', pattern: exclude, again: 'any' },
  ];
}

const excludeLetters = 'A-Za-z0-9_./*?@%+=:,~! -';

/** A pass that may change something never comes without a limit of deletions. */
function limitWords({ count }: Slots): { maxDelete: Pattern; bandwidthLimit: Pattern } {
  return {
    maxDelete: all('--max-delete=', count, '\n'),
    bandwidthLimit: maybe(all('--bwlimit=', count, '\n')),
  };
}

/**
 * What rsync adds for its server. Its letters are those of our options, without `s`, which would
 * have more arguments come over the connection; behind `e` stand those of its protocol.
 */
function serverOptions(slots: Slots): Pattern {
  const letters = run('lHogDtpAXrS', 2, { max: 12 });
  const { maxDelete: ownMaxDelete, bandwidthLimit } = limitWords(slots);
  // For a limit of 0, rsync tells its server -1, which every rsync takes for 0.
  const maxDelete = any(ownMaxDelete, '--max-delete=-1\n');
  const protocol = all('e', run('0-9A-Za-z.', 1, { max: 30 }), '\n');
  const timeout = all('--timeout=', slots.count, '\n');
  return all(
    '--server\n',
    any(
      all('-n', letters, protocol, timeout, bandwidthLimit, maybe(maxDelete)),
      all('-', letters, protocol, timeout, bandwidthLimit, maxDelete),
    ),
    '--delete-after\n',
    maybe(any('-@-1\n', '--modify-window=-1\n', '--modify-window=1\n')),
    maybe('--numeric-ids\n'),
    maybe(any('--info=STATS2\n', '--stats\n')),
    '.\n.\n',
  );
}
