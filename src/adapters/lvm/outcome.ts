import type { ErrorCode } from '../../core/errors/index.js';
import type { CommandResult } from '../../ports/index.js';
import { linesOf } from '../shared/index.js';

/**
 * What a failed LVM command means. Every LVM failure is exit 5: the meaning stands in the text.
 * The texts are those of LVM 2.03.
 */
const meanings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^Logical [Vv]olume "?[^"]+"? already exists/, 'volume-exists'],
  [/insufficient free space/i, 'volume-group-full'],
  [/^Insufficient (?:free|suitable)/, 'volume-group-full'],
  [/thin pool \S+ reached threshold/, 'volume-group-full'],
  [/^Free space in pool \S+ is above threshold/, 'volume-group-full'],
  [/^Snapshot origin LV \S+ not found/, 'volume-not-found'],
  [/^Failed to find logical volume/, 'volume-not-found'],
  [/^Volume group "\S+" not found/, 'volume-not-found'],
  [/is used by another device/, 'volume-busy'],
  [/contains a filesystem in use/, 'volume-busy'],
  [/^Logical volume \S+ in use\b/, 'volume-busy'],
];

// Said after the line that carries the meaning.
const afterwords: readonly RegExp[] = [/^Cannot process volume group /];

/**
 * The code for a failed LVM command. One line that is not understood, and it is
 * `command-failed`: the raw text stands.
 */
export function meaningOfFailure(result: CommandResult): ErrorCode {
  if (result.exitCode !== 5) return 'command-failed';
  const codes = new Set<ErrorCode>();
  for (const line of linesOf(result.stderr)) {
    if ([...afterwords, ...harmlessWarnings].some((pattern) => pattern.test(line))) continue;
    const meaning = meanings.find(([pattern]) => pattern.test(line));
    codes.add(meaning?.[1] ?? 'command-failed');
  }
  const [code = 'command-failed', ...others] = codes;
  return others.length > 0 ? 'command-failed' : code;
}

/** True when `lvs` failed because the path given is that of no volume. */
export function saysVolumeIsAbsent(result: CommandResult): boolean {
  if (meaningOfFailure(result) === 'volume-not-found') return true;
  const lines = linesOf(result.stderr);
  return (
    result.exitCode === 5 &&
    lines.length === 1 &&
    lines.every((line) => /^"\S+": Invalid path for Logical Volume\.$/.test(line))
  );
}

/** True when `lvmconfig` says that the host sets no `global_filter`. */
export function saysSettingIsUnset(result: CommandResult): boolean {
  return result.exitCode === 5 && /Configuration node \S+ not found/.test(result.stderr);
}

/**
 * Lines on stderr beside a report that can be trusted. A missing physical volume is part of the
 * report itself, and a host with one can still replicate what lies on others.
 */
export const harmlessWarnings: readonly RegExp[] = [
  /^File descriptor \d+ \(.*\) leaked on \w+ invocation\./,
  /^Please remove the lvm\.conf (?:global_)?filter, it is ignored with the devices file\.$/,
  /^Configuration setting "[\w/]+" unknown\.$/,
  /^WARNING: Consider pruning \S+ VG archive/,
  /^WARNING: Device \S+ not initialized in udev database even after waiting \d+ microseconds\.$/,
  /^WARNING: Couldn't find device with uuid [\w-]+\.$/,
  /^WARNING: VG \S+ is missing PV [\w-]+(?: \(last written to .*\))?\.$/,
];
