import type { ScannedGroup } from '../../lvm/scan.js';
import { lastValue } from '../getopt.js';
import { type CommandOutcome, failed, notSimulated } from '../types.js';
import { type LvmInvocation, usageExit } from './invocation.js';
import { humanSize, parseSize } from './sizes.js';

/** Sectors of a snapshot's chunk when the command does not say. */
const defaultChunkSectors = 8;

/** A new volume's size in extents with what LVM says about it, or its refusal. */
export type RequestedSize =
  | { readonly kind: 'extents'; readonly extents: number; readonly said: readonly string[] }
  | { readonly kind: 'error'; readonly outcome: CommandOutcome };

/** Reads `--size` or `--extents`; sizes are rounded up to whole extents. */
export function requestedExtents(
  { options, argv }: LvmInvocation,
  { metadata }: ScannedGroup,
): RequestedSize {
  const extents = lastValue(options, 'extents');
  const size = lastValue(options, 'size');
  if (extents !== undefined) {
    return /^\d+$/.test(extents)
      ? { kind: 'extents', extents: Number(extents), said: [] }
      : { kind: 'error', outcome: notSimulated(argv) };
  }
  const bytes = parseSize(size ?? '');
  const objection = sizeObjection(size ?? '', bytes);
  if (bytes === undefined || objection !== undefined) {
    return { kind: 'error', outcome: failed(usageExit, objection ?? '') };
  }
  const extentBytes = metadata.extentSectors * 512;
  const whole = Math.ceil(bytes / extentBytes);
  const rounded = humanSize(whole * extentBytes, 'unit');
  return {
    kind: 'extents',
    extents: whole,
    said: bytes % extentBytes === 0 ? [] : [`Rounding up size to full physical extent ${rounded}`],
  };
}

/** Sizes LVM does not take: unreadable, zero, or not in whole sectors. */
function sizeObjection(text: string, bytes: number | undefined): string | undefined {
  const argument = `  Invalid argument for --size: ${text}\n  Error during parsing of command line.\n`;
  if (bytes === undefined) return `  Can't parse size argument.\n${argument}`;
  if (bytes === 0) {
    return "  --size may not be zero.\n  Run `lvcreate --help' for more information.\n";
  }
  if (bytes % 512 === 0) return undefined;
  const below = Math.floor(bytes / 512) * 512;
  return `  Size is not a multiple of 512. Try using ${below} or ${below + 512}.\n${argument}`;
}

/** Reads `--chunksize`, in sectors. */
export function chunkOf({ options }: LvmInvocation): number {
  const bytes = parseSize(lastValue(options, 'chunksize') ?? '');
  return bytes === undefined ? defaultChunkSectors : bytes / 512;
}
