import { fileNameForGuest } from '../../core/model/index.js';
import { type GateLimits, requireDiskPath, requireStateDirectory } from './limits.js';
import { all, any, many, maybe, one, type Pattern, run, text } from './pattern.js';

/** Names and numbers in commands: what may stand in each place. */
export interface Slots {
  readonly count: Pattern;
  readonly runId: Pattern;
  /** A snapshot or wrapper of ours. */
  readonly owned: Pattern;
  /** A wrapper of ours or one of its partitions, as a path. */
  readonly ownedDevice: Pattern;
  readonly volumeGroup: Pattern;
  readonly volume: Pattern;
  /** A volume of the host, as a path, in one of its two forms. */
  readonly volumeDevice: Pattern;
  /** A disk that is no volume; absent where there is none. */
  readonly disk?: Pattern;
  /** The only guests there are for this gate; any when absent. */
  readonly guests?: readonly string[];
  /** A guest as libvirt calls it, not beginning with a hyphen. */
  readonly guest: Pattern;
  /** One that does. */
  readonly hyphenGuest: Pattern;
  /** What {@link fileNameForGuest} made of it, and what follows the name. */
  guestFile(ending: string): Pattern;
  /** A component of a path that is neither hidden by dots nor an option. */
  readonly component: Pattern;
  /** A plain absolute path. */
  readonly path: Pattern;
  readonly stateDirectory: string;
}

/** Samples that stand for slots in built commands. Long and strange: found nowhere else. */
export const samples = {
  runId: 'zzzzzzzzzz',
  owned: 'xen-backup-zzzzzzzzzz-987654',
  ownedDevice: '/dev/mapper/xen-backup-zzzzzzzzzz-987654',
  mapUuid: 'XENBACKUP-zzzzzzzzzz-987654',
  volumeGroup: 'samplegroup',
  volume: 'samplevolume',
  guest: 'sampleguest',
  number: 987_654_321,
  path: '/sample/path',
} as const;

export function slotsWithin(limits: GateLimits): Slots {
  const { guests, volumeGroups, stateDirectory = '/var/lib/xen-backup' } = limits;
  const count = run('0-9', 1, { max: 20 });
  const runId = run('a-z0-9', 10, { max: 10 });
  const number = run('0-9', 1, { max: 6 });
  const owned = all('xen-backup-', runId, '-', number);
  const partition = maybe(all('p', run('0-9', 1, { max: 3 })));
  const volumeName = all(one('A-Za-z0-9_+'), run('A-Za-z0-9_+.-', 0, { max: 126 }));
  const groups = volumeGroups?.map(text);
  const mapped = volumeGroups?.map((name) =>
    all(`${name.replaceAll('-', '--')}-`, one('A-Za-z0-9_+.'), run('A-Za-z0-9_+.-', 0)),
  );
  const volumeGroup = groups === undefined ? volumeName : longestFirst(groups);
  const component = all(maybe('.'), one('A-Za-z0-9_'), run('A-Za-z0-9_.+@:=,-', 0));
  const file = (ending: string) =>
    guests === undefined
      ? all(one('A-Za-z0-9_%'), run('A-Za-z0-9_.%-', 0, { max: 190, ending }))
      : longestFirst(guests.map((name) => text(`${fileNameForGuest(name)}${ending}`)));
  return {
    count,
    runId,
    owned,
    ownedDevice: all('/dev/mapper/', owned, partition),
    volumeGroup,
    volume: volumeName,
    volumeDevice: all(
      '/dev/',
      any(
        all('mapper/', mapped === undefined ? volumeName : any(...mapped)),
        all(volumeGroup, '/', volumeName),
      ),
    ),
    ...(limits.disks === undefined
      ? {}
      : { disk: longestFirst(limits.disks.map((path) => text(requireDiskPath(path)))) }),
    ...(guests === undefined ? {} : { guests }),
    guest: namesOf(guests, (name) => !name.startsWith('-')) ?? guestName,
    hyphenGuest: namesOf(guests, (name) => name.startsWith('-')) ?? all('-', run(guestLetters, 1)),
    guestFile: file,
    component,
    path: many(all('/', component), 1),
    stateDirectory: requireStateDirectory(stateDirectory),
  };
}

const guestLetters = 'A-Za-z0-9_.+@:=~-';
const guestName = all(one('A-Za-z0-9_.+@:=~'), run(guestLetters, 0, { max: 120 }));

function namesOf(
  guests: readonly string[] | undefined,
  wanted: (name: string) => boolean,
): Pattern | undefined {
  return guests === undefined ? undefined : longestFirst(guests.filter(wanted).map(text));
}

/** Of `vg` and `vg1` the second must be tried first: a choice is not taken back. */
function longestFirst(names: readonly Pattern[]): Pattern {
  const length = (name: Pattern): number => (name.kind === 'text' ? name.text.length : 0);
  return any(...names.toSorted((left, right) => length(right) - length(left)));
}
