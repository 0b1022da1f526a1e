import {
  parseOptions,
  type OptionSpec,
  allValues,
  isGiven,
  lastValue,
  flag,
  valued,
} from '../commands/getopt.js';

/** When extraneous entries go. */
export type Deletion = 'none' | 'before' | 'during' | 'delay' | 'after';

/** rsync's options, as far as they change what it does. */
export interface RsyncOptions {
  readonly recursive: boolean;
  readonly links: boolean;
  readonly perms: boolean;
  readonly times: boolean;
  readonly owner: boolean;
  readonly group: boolean;
  readonly devices: boolean;
  readonly specials: boolean;
  readonly hardLinks: boolean;
  readonly acls: boolean;
  readonly xattrs: boolean;
  readonly sparse: boolean;
  readonly numericIds: boolean;
  readonly checksum: boolean;
  readonly dryRun: boolean;
  readonly verbose: boolean;
  /** Negative: nanoseconds count; else seconds by which times may differ. */
  readonly modifyWindow: number;
  readonly deletion: Deletion;
  readonly maxDeletes: number | undefined;
  readonly excludes: readonly string[];
  /** 0: none. */
  readonly timeoutSeconds: number;
  /** KiB per second, 0: unlimited. */
  readonly bandwidthKiB: number;
  readonly remoteShell: string;
  readonly rsyncPath: string;
  readonly progress: boolean;
  readonly statistics: boolean;
  /** `--copy-devices --write-devices`: contents of devices, not devices. */
  readonly deviceContents: boolean;
}

/** A command line: options and paths, or what rsync says to it. */
export type RsyncCall =
  | {
      readonly kind: 'copy';
      readonly options: RsyncOptions;
      readonly sources: readonly string[];
      readonly destination: string;
    }
  | {
      readonly kind: 'server';
      readonly timeoutSeconds: number;
      readonly deviceContents: boolean;
    }
  | { readonly kind: 'version' }
  | { readonly kind: 'usage'; readonly message: string };

const specs: readonly OptionSpec[] = [
  flag('archive', 'a'),
  flag('hard-links', 'H'),
  flag('acls', 'A'),
  flag('xattrs', 'X'),
  flag('sparse', 'S'),
  flag('recursive', 'r'),
  flag('links', 'l'),
  flag('perms', 'p'),
  flag('times', 't'),
  flag('group', 'g'),
  flag('owner', 'o'),
  flag('device-and-specials', 'D'),
  flag('dry-run', 'n'),
  flag('verbose', 'v'),
  flag('compress', 'z'),
  flag('checksum', 'c'),
  flag('numeric-ids'),
  flag('delete'),
  flag('delete-before'),
  flag('delete-during'),
  flag('delete-delay'),
  flag('delete-after'),
  flag('no-human-readable'),
  flag('copy-devices'),
  flag('write-devices'),
  flag('no-whole-file'),
  flag('ignore-times', 'I'),
  flag('fsync'),
  valued('compress-level'),
  flag('server'),
  flag('version'),
  valued('modify-window', '@'),
  valued('info'),
  valued('outbuf'),
  valued('timeout'),
  valued('max-delete'),
  valued('bwlimit'),
  valued('exclude'),
  valued('rsh', 'e'),
  valued('rsync-path'),
];

/** Reads rsync's arguments; `words` begins after its name. */
export function parseRsyncCall(words: readonly string[]): RsyncCall {
  if (words[0] === '--server') return serverCall(words);
  const parsed = parseOptions(words, specs);
  if (parsed.kind === 'error') return { kind: 'usage', message: parsed.message };
  const { options, operands } = parsed;
  const given = (name: string): boolean => isGiven(options, name);
  if (given('version')) return { kind: 'version' };
  const archive = given('archive');
  const deletion = deletionOf(given);
  const maxDeletes = lastValue(options, 'max-delete');
  const info = allValues(options, 'info').flatMap((value) => value.split(','));
  const sources = operands.slice(0, -1);
  return {
    kind: 'copy',
    options: {
      recursive: archive || given('recursive'),
      links: archive || given('links'),
      // ACLs are permissions: -A implies -p.
      perms: archive || given('perms') || given('acls'),
      times: archive || given('times'),
      owner: archive || given('owner'),
      group: archive || given('group'),
      devices: archive || given('device-and-specials'),
      specials: archive || given('device-and-specials'),
      hardLinks: given('hard-links'),
      acls: given('acls'),
      xattrs: given('xattrs'),
      sparse: given('sparse'),
      numericIds: given('numeric-ids'),
      checksum: given('checksum'),
      dryRun: given('dry-run'),
      verbose: given('verbose'),
      modifyWindow: Number(lastValue(options, 'modify-window') ?? '0'),
      deletion,
      maxDeletes: maxDeletes === undefined ? undefined : Number(maxDeletes),
      excludes: allValues(options, 'exclude'),
      timeoutSeconds: Number(lastValue(options, 'timeout') ?? '0'),
      bandwidthKiB: Number(lastValue(options, 'bwlimit') ?? '0'),
      remoteShell: lastValue(options, 'rsh') ?? 'ssh',
      rsyncPath: lastValue(options, 'rsync-path') ?? 'rsync',
      progress: info.includes('progress2'),
      statistics: info.includes('stats2'),
      deviceContents: given('copy-devices') && given('write-devices'),
    },
    sources,
    destination: operands.at(-1) ?? '',
  };
}

function deletionOf(given: (name: string) => boolean): Deletion {
  for (const when of ['before', 'during', 'delay', 'after'] as const) {
    if (given(`delete-${when}`)) return when;
  }
  return given('delete') ? 'during' : 'none';
}

function serverCall(words: readonly string[]): RsyncCall {
  const deviceContents = words.includes('--write-devices');
  return { kind: 'server', timeoutSeconds: serverTimeout(words), deviceContents };
}

function serverTimeout(words: readonly string[]): number {
  const option = words.find((word) => word.startsWith('--timeout='));
  return option === undefined ? 0 : Number(option.slice('--timeout='.length));
}
