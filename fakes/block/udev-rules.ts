import type { Machine } from '../world/state.js';
import type { BlockDevice } from './types.js';

/** Whether other rules may look at a device: with `off` there is no activation. */
export type OtherRules = 'on' | 'off';

interface RuleToken {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
}

/** Debian: DM_NAME is known after this file... */
const namesKnownAfter = '55-dm.rules';
/** ...and volume groups are activated by this one. */
const activationIn = '69-lvm.rules';

const tokenPattern =
  /^\s*([A-Z]+(?:\{[^}]*\})?)\s*(==|!=|\+=|:=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/;

/** Evaluates the rules as udev last read them. */
export function otherRulesFor(machine: Machine, device: BlockDevice): OtherRules {
  let verdict: OtherRules = 'on';
  const files = [...machine.udev.rules].sort((left, right) =>
    fileName(left.path) < fileName(right.path) ? -1 : 1,
  );
  for (const file of files) {
    const name = fileName(file.path);
    if (name < namesKnownAfter || name > activationIn) continue;
    for (const line of file.text.split('\n')) verdict = applyRule(line, device, verdict);
  }
  return verdict;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function applyRule(line: string, device: BlockDevice, before: OtherRules): OtherRules {
  const tokens = parseRule(line);
  const matches = tokens.filter((token) => !isAssignment(token));
  if (!matches.every((token) => matchesDevice(token, device))) return before;
  const flag = tokens.findLast(
    (token) => token.key === 'ENV{DM_UDEV_DISABLE_OTHER_RULES_FLAG}' && isAssignment(token),
  );
  if (flag === undefined) return before;
  return flag.value === '1' ? 'off' : 'on';
}

function isAssignment(token: RuleToken): boolean {
  return token.operator !== '==' && token.operator !== '!=';
}

/** A line udev cannot parse is ignored by it as a whole. */
function parseRule(line: string): readonly RuleToken[] {
  if (/^\s*(#|$)/.test(line)) return [];
  const tokens: RuleToken[] = [];
  let rest = line;
  while (rest.trim() !== '') {
    const match = tokenPattern.exec(rest);
    if (match === null) return [];
    const [whole, key = '', operator = '', value = ''] = match;
    tokens.push({ key, operator, value });
    rest = rest.slice(whole.length);
  }
  return tokens;
}

function matchesDevice(token: RuleToken, device: BlockDevice): boolean {
  const actual = propertyOf(token.key, device);
  const equal = actual !== undefined && globPattern(token.value).test(actual);
  return token.operator === '==' ? equal : !equal;
}

function propertyOf(key: string, device: BlockDevice): string | undefined {
  switch (key) {
    case 'SUBSYSTEM':
      return 'block';
    case 'KERNEL':
      return device.kernelName;
    case 'ENV{DM_NAME}':
      return device.kind === 'map' ? device.name : undefined;
    case 'ENV{DM_UUID}':
      return device.kind === 'map' ? device.uuid : undefined;
    default:
      return undefined;
  }
}

/** udev's glob: `*`, `?`, `[...]`, alternatives with `|`. */
function globPattern(glob: string): RegExp {
  const body = glob
    .replace(/[.+^${}()\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^(?:${body})$`, 's');
}
