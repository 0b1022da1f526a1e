import { advanceGlob, formatGlob, type GlobToken, parseGlob, startGlob } from './glob.js';

/** Where a guest mounts what part of a file system. */
export interface GuestPlace {
  readonly guestPath: string;
  /** Absent: all of it. */
  readonly subvolume?: string;
}

/**
 * Rebases rsync patterns anchored at the guest's root onto one of its file systems, because each
 * file system is copied by itself. `/tmp/*` becomes `/*` on the file system of `/tmp`, stays on the
 * one of `/`, and does not concern `/home`. A pattern without a leading slash matches anywhere and
 * is passed on as it is.
 *
 * @param places - where the guest mounts the file system; without any only unanchored ones apply.
 */
export function rebaseExcludes(
  patterns: readonly string[],
  places: readonly GuestPlace[],
): readonly string[] {
  const rebased = patterns.flatMap((pattern) => {
    if (!pattern.startsWith('/')) return [pattern];
    return places.flatMap(({ guestPath, subvolume = '' }) => {
      // A name that a pattern would read as something else is left alone: more is copied then.
      if (/[*?[\\]/.test(subvolume)) return [];
      return rebaseAnchored(pattern, guestPath).map((own) => `${subvolume}${own}`);
    });
  });
  return [...new Set(rebased)];
}

function rebaseAnchored(pattern: string, guestPath: string): readonly string[] {
  const components = guestPath.split('/').filter((component) => component !== '');
  if (components.length === 0) return [pattern];
  // `dir/` is the directory alone, `dir/***` the directory with all in it: both exclude all of it.
  const [, body = '', ending = ''] = /^\/(.*?)((?:\/\*\*\*|\/)?)$/s.exec(pattern) ?? [];
  const tokens = parseGlob(body);
  if (tokens === undefined) return [];
  let states = startGlob(tokens);
  for (const component of components) {
    for (const character of component) states = advanceGlob(tokens, states, character);
    // The pattern names the mount point, or a directory above it: everything on it is meant.
    if (states.has(tokens.length)) return ['/*'];
    states = advanceGlob(tokens, states, '/');
  }
  return remainders(tokens, states).map((rest) => `/${rest}${ending}`);
}

/** What is left of the pattern behind the mount point, in each way it can have come there. */
function remainders(tokens: readonly GlobToken[], states: ReadonlySet<number>): readonly string[] {
  const rests = [...states]
    .filter((state) => state < tokens.length)
    // A run may take nothing, so what begins with it means what follows it as well.
    .filter((state) => !states.has(state - 1) || tokens[state - 1]?.kind === 'character')
    .map((state) => formatGlob(tokens.slice(state)))
    // A path on the file system never begins with a slash.
    .filter((rest) => !rest.startsWith('/'));
  return [...new Set(rests)];
}
