/**
 * One unit of an rsync pattern (rsync(1), "filter rules", wildmatch): `*`, `?` and classes stay
 * within a path component, `**` crosses slashes.
 */
export interface GlobToken {
  readonly kind: 'character' | 'any-run' | 'any-path';
  /** For `character`: whether it takes this one. */
  readonly takes: (character: string) => boolean;
  /** The token as it stood in the pattern. */
  readonly raw: string;
  /** The character it stands for, where there is only one. */
  readonly literal?: string;
}

/** The pattern as tokens; `undefined` when it has a class without an end, which matches nothing. */
export function parseGlob(pattern: string): readonly GlobToken[] | undefined {
  // A backslash escapes only in a pattern that has a wildcard.
  if (!/[*?[]/.test(pattern)) return Array.from(pattern, (character) => literal(character));
  const tokens: GlobToken[] = [];
  let rest = pattern;
  while (rest !== '') {
    const token = nextToken(rest);
    if (token === undefined) return undefined;
    tokens.push(token);
    rest = rest.slice(token.raw.length);
  }
  return tokens;
}

/** Tokens as a pattern again, which means what they meant in the one they come from. */
export function formatGlob(tokens: readonly GlobToken[]): string {
  const raw = tokens.map((token) => token.raw).join('');
  return /[*?[]/.test(raw) ? raw : tokens.map((token) => token.literal ?? token.raw).join('');
}

/**
 * The states after one more character. A state is the number of tokens that are used up; a run may
 * take nothing, so it is always passed over as well.
 */
export function advanceGlob(
  tokens: readonly GlobToken[],
  states: ReadonlySet<number>,
  character: string,
): ReadonlySet<number> {
  const next = new Set<number>();
  for (const state of states) {
    const token = tokens[state];
    if (token === undefined) continue;
    if (token.kind === 'character') {
      if (token.takes(character)) passRuns(tokens, state + 1, next);
    } else if (token.kind === 'any-path' || character !== '/') {
      passRuns(tokens, state, next);
    }
  }
  return next;
}

/** Where a pattern begins. */
export function startGlob(tokens: readonly GlobToken[]): ReadonlySet<number> {
  const states = new Set<number>();
  passRuns(tokens, 0, states);
  return states;
}

function passRuns(tokens: readonly GlobToken[], from: number, states: Set<number>): void {
  let state = from;
  states.add(state);
  while (tokens[state] !== undefined && tokens[state]?.kind !== 'character') {
    state += 1;
    states.add(state);
  }
}

function nextToken(rest: string): GlobToken | undefined {
  const run = /^\*+/.exec(rest)?.[0];
  if (run !== undefined) {
    return { kind: run === '*' ? 'any-run' : 'any-path', takes: () => false, raw: run };
  }
  const [first = '', second] = rest;
  if (first === '\\' && second !== undefined) return literal(second, `\\${second}`);
  if (first === '?') return { kind: 'character', takes: isOneByte, raw: '?' };
  return first === '[' ? classToken(rest) : literal(first);
}

function literal(character: string, raw = character): GlobToken {
  return { kind: 'character', takes: (other) => other === character, raw, literal: character };
}

/** rsync counts bytes: one `?` is never a whole umlaut. */
function isOneByte(character: string): boolean {
  return character !== '/' && character.charCodeAt(0) < 128;
}

const namedClasses: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** `[abc]`, `[!a-z]`, `[[:digit:]_]`. A `]` that comes first is a member. */
function classToken(rest: string): GlobToken | undefined {
  const match = /^\[([!^]?)(\]?(?:\[:[a-z]*:\]|\\.|[^\]\\])*)\]/su.exec(rest);
  if (match === null) return undefined;
  const [raw, negation, body = ''] = match;
  const members = body.matchAll(/\[:([a-z]*):\]|(\\?.)-(\\?[^\]])|(\\?.)/gsu);
  const tests = [...members].map(([, name, from, to, single]) => {
    if (name !== undefined)
      return (character: string) => namedClasses[name]?.test(character) === true;
    const [low, high] = [bare(from ?? single), bare(to ?? single)];
    return (character: string) => character >= low && character <= high;
  });
  const takes = (character: string): boolean =>
    isOneByte(character) && tests.some((test) => test(character)) === (negation === '');
  return { kind: 'character', takes, raw };
}

function bare(member = ''): string {
  return member.length > 1 && member.startsWith('\\') ? member.slice(1) : member;
}
