/** One `--exclude` as rsync understands it (exclude.c, wildmatch.c). */
interface ExcludeRule {
  /**
   * What the pattern is compared with. `path`: all of it, from the root of the transfer.
   * `rooted`: the same behind a slash, which lets a leading `**` take nothing. A number: that many
   * of the last components; a path that has fewer does not match.
   */
  readonly subject: 'path' | 'rooted' | number;
  readonly expression: RegExp;
  readonly directoriesOnly: boolean;
  /** A directory is compared with a slash behind it: `dir/***` means the directory too. */
  readonly slashBehindDirectory: boolean;
}

/** Says whether a path, relative to the root of the transfer, is left out. */
export type ExcludeFilter = (path: string, kind: 'directory' | 'other') => boolean;

/** Patterns in the order given; any that matches excludes. */
export function createExcludeFilter(patterns: readonly string[]): ExcludeFilter {
  const rules = patterns.filter((pattern) => pattern !== '').map((text) => compile(bytesOf(text)));
  return (path, kind) => rules.some((rule) => matches(rule, bytesOf(path), kind));
}

/** rsync compares bytes: one character for each. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function matches(rule: ExcludeRule, path: string, kind: 'directory' | 'other'): boolean {
  if (rule.directoriesOnly && kind !== 'directory') return false;
  const subject = subjectIn(path, rule.subject);
  if (subject === undefined) return false;
  const slash = rule.slashBehindDirectory && kind === 'directory' ? '/' : '';
  return rule.expression.test(`${subject}${slash}`);
}

function subjectIn(path: string, subject: ExcludeRule['subject']): string | undefined {
  if (subject === 'path') return path;
  if (subject === 'rooted') return `/${path}`;
  const components = path.split('/');
  return components.length < subject ? undefined : components.slice(-subject).join('/');
}

function compile(text: string): ExcludeRule {
  const directoriesOnly = text.length > 1 && text.endsWith('/');
  const whole = directoriesOnly ? text.slice(0, -1) : text;
  const anchored = whole.startsWith('/');
  const pattern = anchored ? whole.slice(1) : whole;
  const isWild = /[*?[]/.test(whole);
  const crosses = isWild && whole.includes('**');
  // Without its own place at the front, a pattern that crosses slashes may begin after any.
  const start = crosses && !anchored && !whole.startsWith('**') ? '(?:.*/)?' : '';
  const body = isWild ? wildcardSource(pattern) : escapeLiteral(pattern);
  return {
    subject: subjectOf(whole, crosses),
    directoriesOnly,
    expression: new RegExp(`^${start}(?:${body})$`, 's'),
    slashBehindDirectory: crosses && whole.endsWith('***'),
  };
}

function subjectOf(pattern: string, crosses: boolean): ExcludeRule['subject'] {
  if (crosses) return pattern.startsWith('**') ? 'rooted' : 'path';
  return pattern.startsWith('/') ? 'path' : pattern.split('/').length;
}

function wildcardSource(pattern: string): string {
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    if (character === '*') {
      const stars = /^\*+/.exec(pattern.slice(index))?.[0].length ?? 1;
      source += stars > 1 ? '.*' : '[^/]*';
      index += stars - 1;
    } else if (character === '?') {
      source += '[^/]';
    } else if (character === '\\' && index + 1 < pattern.length) {
      index += 1;
      source += escapeLiteral(pattern.charAt(index));
    } else if (character === '[') {
      const bracket = readClass(pattern, index);
      if (bracket === undefined) return '(?!)';
      source += bracket.source;
      index = bracket.end;
    } else {
      source += escapeLiteral(character);
    }
  }
  return source;
}

const namedClasses: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\0-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** A bracket expression; without its end the pattern matches nothing. */
function readClass(
  pattern: string,
  start: number,
): { readonly source: string; readonly end: number } | undefined {
  let index = start + 1;
  const negated = /[!^]/.test(pattern.charAt(index));
  if (negated) index += 1;
  let members = '';
  // The character a range may begin with; it counts by itself too, whatever follows.
  let previous = '';
  const first = index;
  for (; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    const next = pattern.charAt(index + 1);
    if (character === ']' && index > first) {
      return { source: `(?!/)[${negated ? '^' : ''}${members}]`, end: index };
    }
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(index));
    if (character === '-' && previous !== '' && next !== '' && next !== ']') {
      index += next === '\\' ? 2 : 1;
      members += rangeOf(previous, pattern.charAt(index));
      previous = '';
    } else if (named !== null) {
      const set = namedClasses[named[1] ?? ''];
      if (set === undefined) return undefined;
      members += set;
      index += named[0].length - 1;
      previous = '';
    } else {
      if (character === '\\') index += 1;
      previous = pattern.charAt(index);
      members += escapeMember(previous);
    }
  }
  return undefined;
}

/** A range that runs backwards is empty. */
function rangeOf(low: string, high: string): string {
  return high !== '' && low <= high ? `${escapeMember(low)}-${escapeMember(high)}` : '';
}

function escapeLiteral(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function escapeMember(character: string): string {
  return character.replaceAll(/[\\\]^[-]/g, '\\$&');
}
