/**
 * Rebases rsync patterns anchored at the guest's root onto one of its file systems, because each
 * file system is copied by itself. `/tmp/*` becomes `/*` on the file system of `/tmp`, stays on the
 * one of `/`, and does not concern `/home`. A pattern without a leading slash matches anywhere and
 * is passed on as it is.
 *
 * @param guestPath - where the guest mounts the file system; without it only unanchored ones apply.
 */
export function rebaseExcludes(
  patterns: readonly string[],
  guestPath: string | undefined,
): readonly string[] {
  return patterns.flatMap((pattern) => {
    if (!pattern.startsWith('/')) return [pattern];
    return guestPath === undefined ? [] : rebaseAnchored(pattern, guestPath);
  });
}

function rebaseAnchored(pattern: string, guestPath: string): readonly string[] {
  const mount = guestPath.split('/').filter((part) => part !== '');
  const parts = pattern.slice(1).split('/');
  for (const [index, component] of mount.entries()) {
    const part = parts[index];
    // `**` crosses slashes: from there on the rest may match at any depth.
    if (part?.includes('**') === true) return [parts.slice(index).join('/')];
    if (part === undefined || !componentMatches(part, component)) return [];
  }
  const rest = parts.slice(mount.length);
  // The pattern names the mount point itself or a directory above: everything on it is meant.
  if (rest.length === 0 || rest.every((part) => part === '')) return ['/*'];
  return [`/${rest.join('/')}`];
}

/** rsync's wildcards within one path component: `*`, `?`, `[...]`, backslash. */
function componentMatches(pattern: string, component: string): boolean {
  if (!/[*?[\\]/.test(pattern)) return pattern === component;
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? '';
    const close = character === '[' ? pattern.indexOf(']', index + 2) : -1;
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (close > 0) {
      const body = pattern
        .slice(index + 1, close)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\');
      source += `[${body}]`;
      index = close;
    } else if (character === '\\' && index + 1 < pattern.length) {
      index += 1;
      source += escapeLiteral(pattern[index] ?? '');
    } else source += escapeLiteral(character);
  }
  return new RegExp(`^${source}$`, 'u').test(component);
}

function escapeLiteral(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
