import { type DomainState, type DomainSummary, domainStates } from '../../core/model/index.js';
import { unexpectedOutput } from '../shared/index.js';

/** Xen's own domain, which is the host. */
const hostDomain = 'Domain-0';

/**
 * The table of `virsh list --all`, without Domain-0.
 *
 * Columns are told apart from the right, by the states there are: a name may contain blanks, and
 * tables of old versions do not grow with their names.
 *
 * @throws `output-unexpected`.
 */
export function parseDomainList(text: string): readonly DomainSummary[] {
  const [header = '', rule = '', ...rows] = text.split('\n').filter((line) => line.trim() !== '');
  if (!/^\s*Id\s+Name\s+State\s*$/.test(header) || !/^-+$/.test(rule)) {
    throw unexpectedOutput('virsh list: no table of domains', text);
  }
  const domains = rows.map(parseRow).filter(({ name }) => name !== hostDomain);
  const names = new Set(domains.map(({ name }) => name));
  if (names.size !== domains.length) {
    throw unexpectedOutput('virsh list: a name stands twice', text);
  }
  return domains;
}

function parseRow(row: string): DomainSummary {
  const match = /^\s*(?:\d+|-)\s+(?<rest>\S.*)$/.exec(row);
  const rest = match?.groups?.['rest']?.trimEnd();
  // The longest state: "in shutdown" does not end in a state of its own, but stay independent.
  const state = stateWords
    .filter((word) => rest?.endsWith(word) === true && /\s/.test(rest.at(-word.length - 1) ?? ''))
    .sort((a, b) => b.length - a.length)[0];
  if (rest === undefined || state === undefined) {
    throw unexpectedOutput('virsh list: a line that is no domain', row);
  }
  return { name: rest.slice(0, -state.length).trimEnd(), state: stateOf(state, row) };
}

/**
 * True when a table may show other names than there are: with `LC_ALL=C`, virsh prints every byte
 * that is not ASCII as `\\xff`, whatever it is (seen, 9.0).
 */
export function mayHideNames(domains: readonly DomainSummary[]): boolean {
  return domains.some(({ name }) => name.includes('\\x'));
}

/** The names that `virsh list --all --name` prints as they are, without Domain-0. */
export function parseDomainNames(text: string): readonly string[] {
  const names = text.split('\n').filter((name) => name !== '');
  return names.filter((name) => name !== hostDomain);
}

/**
 * The one word of `virsh domstate`.
 *
 * @throws `output-unexpected`.
 */
export function parseDomainState(text: string): DomainState {
  return stateOf(text.trim(), text);
}

/** Old versions say so of what today is idle (VIR_DOMAIN_BLOCKED). */
const formerStates: ReadonlyMap<string, DomainState> = new Map([['blocked', 'idle']]);

const stateWords: readonly string[] = [...domainStates, ...formerStates.keys()];

function stateOf(word: string, text: string): DomainState {
  const state = domainStates.find((known) => known === word) ?? formerStates.get(word);
  if (state === undefined) throw unexpectedOutput('virsh: a state that is not known', text);
  return state;
}

/**
 * Whether `virsh dominfo` says that a domain is started with its host.
 *
 * @throws `output-unexpected`.
 */
export function parseAutostart(text: string): boolean {
  const values = [...text.matchAll(/^Autostart:[ \t]+(\S.*)$/gm)].map(([, value = '']) => value);
  const [value] = values;
  if (values.length !== 1 || (value !== 'enable' && value !== 'disable')) {
    throw unexpectedOutput('virsh dominfo: no line that says Autostart', text);
  }
  return value === 'enable';
}
