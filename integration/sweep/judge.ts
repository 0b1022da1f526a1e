import { compareGuestTrees, type GuestTrees, lostFiles } from '../../fakes/judge/guest-trees.js';
import { objectsLeft } from '../../fakes/judge/objects.js';
import type { HostSight, Sight } from './look.js';

/** One standby: a guest on a host that does not run it. */
export interface Standby {
  readonly guest: string;
  readonly source: string;
  readonly host: string;
}

/**
 * What may never happen, whatever else does: a standby that says `complete` and is not; a standby
 * that changed while its record says nothing of it; a file gone from a standby that both it and the
 * source had; a source, a guest that is off, or a host's own disk, written by us; a volume, map or mount of the host's own
 * taken away; two writers on one file system.
 */
export function judgeSafety(
  before: Sight,
  now: Sight,
  standbys: readonly Standby[],
): readonly string[] {
  return [
    ...now.violations.filter((violation) => !before.violations.includes(violation)),
    ...judgeTaken(before, now),
    ...standbys.flatMap((standby) => judgeStandby(before, now, standby)),
    ...judgeResting(before, now, standbys),
    ...[...now.hosts].flatMap(([name, host]) => judgeOwnFiles(name, hostOf(before, name), host)),
    ...sourcesOf(standbys).flatMap(({ guest, source }) => {
      const was = treesOf(before, source, guest);
      return differences(was, treesOf(now, source, guest)).map(
        (path) => `the source was written: ${guest} on ${source}: ${path}`,
      );
    }),
  ];
}

function judgeStandby(before: Sight, now: Sight, standby: Standby): readonly string[] {
  const { guest, source, host } = standby;
  const place = `${guest} on ${host}`;
  const [was, is] = [before, now].map((sight) => treesOf(sight, host, guest));
  const [recordBefore, record] = [before, now].map((sight) =>
    hostOf(sight, host).records.get(guest),
  );
  if (was === undefined || is === undefined) return [];
  const sourceTrees = treesOf(now, source, guest);
  const found = lostFiles(was, sourceTrees, is).map(
    ({ path }) => `lost: ${place}: ${path} (record: ${record?.state ?? 'none'})`,
  );
  if (record?.text === recordBefore?.text) {
    const changed = compareGuestTrees(was, is);
    if (changed.length > 0) {
      found.push(`${place} changed (${changed[0]?.path ?? ''}) and its record says nothing of it`);
    }
  } else if (record === undefined) found.push(`the record of ${place} is gone`);
  else if (record.state === 'complete' && record.role === 'standby') {
    const apart = differences(sourceTrees, is);
    if (apart.length > 0) found.push(`${place} says complete and differs: ${apart.join(', ')}`);
  } else if (record.state !== 'syncing') found.push(`the record of ${place}: ${record.state}`);
  return found;
}

/** Standbys that are not what an undisturbed run makes of them. */
export function judgeDone(now: Sight, standbys: readonly Standby[]): readonly string[] {
  return standbys.flatMap(({ guest, source, host }) => {
    const state = hostOf(now, host).records.get(guest)?.state ?? 'none';
    const apart = differences(treesOf(now, source, guest), treesOf(now, host, guest));
    if (state === 'complete' && apart.length === 0) return [];
    const few = apart.length > 3 ? [...apart.slice(0, 3), '...'] : apart;
    const differ = `${String(apart.length)} paths differ: ${few.join(', ')}`;
    return [`${guest} on ${host} is not done: record ${state}, ${differ}`];
  });
}

/** Guests that are off everywhere: nobody is to be copied, so nothing of them may change. */
function judgeResting(before: Sight, now: Sight, standbys: readonly Standby[]): readonly string[] {
  const replicated = new Set(standbys.map(({ guest }) => guest));
  return [...now.hosts].flatMap(([host, { trees }]) =>
    [...trees]
      .filter(([guest]) => !replicated.has(guest))
      .flatMap(([guest, is]) => {
        const [changed] = compareGuestTrees(treesOf(before, host, guest), is);
        if (changed === undefined) return [];
        return [`${guest} on ${host} changed (${changed.path}) although it is off everywhere`];
      }),
  );
}

/** What was there before and is not any more: volumes, maps and mounts of the host's own. */
function judgeTaken(before: Sight, now: Sight): readonly string[] {
  return [...now.hosts].flatMap(([name, host]) => {
    const { volumes, maps, mounts } = hostOf(before, name).objects;
    return [
      ...absent('volumes', volumes, host.objects.volumes),
      ...absent('maps', maps, host.objects.maps),
      ...absent('mounts', mounts, host.objects.mounts),
    ].map((object) => `taken from ${name}: ${object}`);
  });
}

function absent(kind: string, before: readonly string[], now: readonly string[]) {
  return before.filter((object) => !now.includes(object)).map((object) => `${kind}: ${object}`);
}

/** What is ours and still there. */
export function judgeLeft(before: Sight, now: Sight): readonly string[] {
  return [...now.hosts].flatMap(([name, host]) => {
    const was = hostOf(before, name);
    const files = host.stateFiles.filter((path) => !was.stateFiles.includes(path));
    return [
      ...objectsLeft(was.objects, host.objects),
      ...files.map((path) => `state file: ${path}`),
    ].map((object) => `left on ${name}: ${object}`);
  });
}

function judgeOwnFiles(name: string, before: HostSight, now: HostSight): readonly string[] {
  const changed = [...new Set([...before.ownFiles.keys(), ...now.ownFiles.keys()])].filter(
    (path) => before.ownFiles.get(path) !== now.ownFiles.get(path),
  );
  return changed.map((path) => `the own disk of ${name} was written: ${path}`);
}

/** Paths in which two trees differ, but for what a running guest changes and what is left out. */
function differences(original: GuestTrees, copy: GuestTrees): readonly string[] {
  return compareGuestTrees(original, copy)
    .filter(({ path }) => !changedByGuests.test(path))
    .map(({ place, path, kind }) => `${place} ${kind} ${path}`);
}

const changedByGuests = /^(\.|var|var\/log|(?:var\/log\/)?counter|tmp\/.*)$/;

function sourcesOf(standbys: readonly Standby[]): readonly Standby[] {
  const seen = new Map(standbys.map((standby) => [`${standby.guest}@${standby.source}`, standby]));
  return [...seen.values()];
}

function hostOf(sight: Sight, name: string): HostSight {
  const host = sight.hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

function treesOf(sight: Sight, host: string, guest: string): GuestTrees {
  return hostOf(sight, host).trees.get(guest) ?? new Map();
}
