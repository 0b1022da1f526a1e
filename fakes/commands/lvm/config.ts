import type { ScanScope } from '../../lvm/scan.js';
import type { Machine } from '../../world/state.js';

/** What `--config` changed, as far as it changes what a command sees. */
export interface LvmConfig {
  readonly scanLogicalVolumes: 'on' | 'off';
  /** Patterns in order; empty accepts everything. */
  readonly filter: readonly FilterPattern[];
  /** A device must pass both filters. */
  readonly globalFilter: readonly FilterPattern[];
  /** Whether what is activated or resumed is handed to dmeventd. */
  readonly monitoring: 'on' | 'off';
}

interface FilterPattern {
  readonly action: 'accept' | 'reject';
  readonly pattern: RegExp;
}

export type ConfigResult =
  | { readonly kind: 'config'; readonly config: LvmConfig }
  | { readonly kind: 'error'; readonly text: string };

type ConfigValue = string | number | readonly ConfigValue[];

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'symbol';
  readonly text: string;
  /** Bytes before its end, for error messages. */
  readonly end: number;
}

class ConfigSyntaxError extends Error {}

/** Settings of the host, overridden by the `--config` of a command. */
export function readConfig(machine: Machine, texts: readonly string[]): ConfigResult {
  let config: LvmConfig = {
    scanLogicalVolumes: machine.lvmSettings.scanLogicalVolumes,
    filter: [],
    globalFilter: machine.lvmSettings.globalFilter.map(parsePattern),
    monitoring: 'on',
  };
  for (const text of texts) {
    try {
      for (const [key, value] of parseConfig(text)) config = applySetting(config, key, value);
    } catch (error) {
      if (!(error instanceof ConfigSyntaxError)) throw error;
      return { kind: 'error', text: `  ${error.message}\n` };
    }
  }
  return { kind: 'config', config };
}

function applySetting(config: LvmConfig, key: string, value: ConfigValue): LvmConfig {
  switch (key) {
    case 'devices/scan_lvs':
      return { ...config, scanLogicalVolumes: value === 1 ? 'on' : 'off' };
    case 'devices/filter':
      return { ...config, filter: patternsOf(value) };
    case 'devices/global_filter':
      return { ...config, globalFilter: patternsOf(value) };
    case 'activation/monitoring':
      return { ...config, monitoring: value === 0 ? 'off' : 'on' };
    default:
      // Everything else (use_devicesfile, hints...) has no meaning for simulated devices.
      return config;
  }
}

function patternsOf(value: ConfigValue): readonly FilterPattern[] {
  return typeof value === 'object' ? value.map(parsePattern) : [parsePattern(value)];
}

function parsePattern(value: ConfigValue): FilterPattern {
  const match = typeof value === 'string' ? /^([ar])(.)(.*)\2$/s.exec(value) : null;
  if (match === null) throw new ConfigSyntaxError(`Invalid filter pattern "${String(value)}".`);
  const [, action, , body = ''] = match;
  return { action: action === 'a' ? 'accept' : 'reject', pattern: new RegExp(body) };
}

/** `section{key=value key=[...]}` and `section/key=value`, as lvm.conf(5) writes it. */
function parseConfig(text: string): readonly (readonly [key: string, value: ConfigValue])[] {
  const tokens = tokenize(text);
  const settings: (readonly [string, ConfigValue])[] = [];
  let index = 0;
  const peek = (): Token | undefined => tokens[index];
  const next = (): Token => {
    const token = tokens[index];
    if (token === undefined) {
      throw new ConfigSyntaxError(
        `Parse error at byte ${text.length + 1} (line 1): unexpected token\n  Failed to set overridden configuration entries.`,
      );
    }
    index += 1;
    return token;
  };
  const value = (): ConfigValue => {
    const token = next();
    if (token.text !== '[' || token.kind !== 'symbol') {
      return token.kind === 'number' ? Number(token.text) : token.text;
    }
    const items: ConfigValue[] = [];
    while (peek()?.text !== ']') {
      items.push(value());
      if (peek()?.text === ',') next();
    }
    next();
    return items;
  };
  const entries = (prefix: string): void => {
    while (peek() !== undefined && peek()?.text !== '}') {
      const key = `${prefix}${next().text}`;
      const token = next();
      if (token.text === '=') settings.push([key, value()]);
      else if (token.text === '{') {
        entries(`${key}/`);
        next();
      } else {
        throw new ConfigSyntaxError(
          `Parse error at byte ${token.end} (line 1): unexpected token\n  Failed to set overridden configuration entries.`,
        );
      }
    }
  };
  entries('');
  return settings;
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|"((?:[^"\\]|\\.)*)"|(-?\d+)(?![\w/])|([A-Za-z_][\w/-]*)|([{}[\]=,])/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      throw new ConfigSyntaxError(
        `Parse error at byte ${at + 1} (line 1): unexpected token\n  Failed to set overridden configuration entries.`,
      );
    }
    const [, string, number, word, symbol] = match;
    const end = pattern.lastIndex;
    if (string !== undefined) tokens.push({ kind: 'string', text: unescape(string), end });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, end });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, end });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, end });
  }
  return tokens;
}

/** lvm.conf knows two escapes: a quote and a backslash. */
function unescape(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}

/** What a command sees under its configuration. */
export function scopeOf(config: LvmConfig): ScanScope {
  return {
    scanLogicalVolumes: config.scanLogicalVolumes,
    accept: (paths) =>
      accepted(config.globalFilter, paths) === undefined
        ? undefined
        : accepted(config.filter, paths),
  };
}

/**
 * Each name of a device is matched on its own, by the first pattern that fits; one accepted name
 * is enough, and becomes the name that is printed. A device that no pattern fits is accepted.
 */
function accepted(filter: readonly FilterPattern[], paths: readonly string[]): string | undefined {
  let verdict = paths[0];
  for (const path of paths) {
    const rule = filter.find(({ pattern }) => pattern.test(path));
    if (rule?.action === 'accept') return path;
    if (rule?.action === 'reject') verdict = undefined;
  }
  return verdict;
}
