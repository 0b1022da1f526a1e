import { closeSync, openSync, readSync } from 'node:fs';
import { command } from './command.js';

/** A stretch of a device, in sectors of 512 bytes. */
export interface Range {
  readonly start: number;
  readonly sectors: number;
}

/** Where a partition lies, by sfdisk's reading of the table: nobody maps it. */
export function partitionRange(device: string, partition: number): Range {
  const dump = command('sfdisk', '--dump', device);
  for (const line of dump.split('\n')) {
    const match = /^\S*?(\d+) *: *start= *(\d+), *size= *(\d+)/.exec(line);
    if (match !== null && Number(match[1]) === partition) {
      return { start: Number(match[2]), sectors: Number(match[3]) };
    }
  }
  throw new Error(`${device} has no partition ${partition}`);
}

/**
 * Where a linear logical volume lies, by LVM's own metadata as they stand on the disk. Neither LVM
 * nor udev is asked, so nothing can activate the guest's group meanwhile.
 */
export function volumeRanges(device: string, pv: Range, volume: string): Range[] {
  const metadata = readMetadata(device, pv);
  const extent = numberOf(metadata, 'extent_size');
  const dataStart = numberOf(metadata, 'pe_start');
  const section = sectionOf(metadata, volume);
  const count = numberOf(section, 'segment_count');
  return Array.from({ length: count }, (_each, index) => {
    const segment = sectionOf(section, `segment${index + 1}`);
    const stripe = /stripes = \[\s*"pv0", (\d+)\s*\]/.exec(segment);
    if (stripe === null) throw new Error(`${volume} is not linear on one disk`);
    return {
      start: pv.start + dataStart + Number(stripe[1]) * extent,
      sectors: numberOf(segment, 'extent_count') * extent,
    };
  });
}

/** The current text: label, then the header of the metadata area, then where it points. */
function readMetadata(device: string, pv: Range): string {
  const base = pv.start * 512;
  const label = read(device, base + 512, 512);
  if (label.toString('latin1', 0, 8) !== 'LABELONE')
    throw new Error(`no PV at ${base} of ${device}`);
  const header = read(device, base + 4096, 512);
  const offset = Number(header.readBigUInt64LE(40));
  const size = Number(header.readBigUInt64LE(48));
  return read(device, base + 4096 + offset, size).toString('latin1');
}

function read(device: string, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  const fd = openSync(device, 'r');
  try {
    readSync(fd, buffer, 0, length, position);
  } finally {
    closeSync(fd);
  }
  return buffer;
}

function numberOf(text: string, key: string): number {
  const value = new RegExp(`(?:^|\\s)${key} = (\\d+)`).exec(text)?.[1];
  if (value === undefined) throw new Error(`LVM metadata without ${key}`);
  return Number(value);
}

/** The text between the braces of `name { ... }`. */
function sectionOf(text: string, name: string): string {
  const open = new RegExp(`(?:^|\\s)${name} \\{`).exec(text);
  if (open === null) throw new Error(`LVM metadata without ${name}`);
  const start = open.index + open[0].length;
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}') depth--;
    if (depth === 0) return text.slice(start, at);
  }
  throw new Error(`LVM metadata: ${name} does not end`);
}
