import { z } from 'zod';
import { linesOf, parseCount, parseJson, unexpectedOutput } from '../shared/index.js';

/** What `stat` said of a path. */
export type Inspected =
  | { readonly kind: 'device'; readonly major: number; readonly minor: number }
  | {
      readonly kind: 'file';
      /** Length of the file. */
      readonly fileBytes: number;
      readonly fileSystem: string;
      readonly inode: string;
      readonly revision: string;
      readonly lastWrite: string;
    }
  | { readonly kind: 'other'; readonly description: string };

/** `regular file|8388608|65024|2424878|0:0|1795438431.388034660|1795438431.388034660` */
const statLine =
  /^([a-z ]+)\|(\d+)\|(\d+)\|(\d+)\|([0-9a-f]+):([0-9a-f]+)\|(\d+\.\d{9})\|(\d+\.\d{9})$/;

/** @throws `output-unexpected`. */
export function parseInspected(text: string): Inspected {
  const [line = '', ...more] = linesOf(text);
  const [, kind, size = '', fileSystem = '', inode = '', major = '', minor = '', ...times] =
    statLine.exec(line) ?? [];
  const bytes = parseCount(size);
  if (kind === undefined || bytes === undefined || more.length > 0) {
    throw unexpectedOutput('stat: not what was asked for', text);
  }
  if (kind === 'block special file') {
    return { kind: 'device', major: Number.parseInt(major, 16), minor: Number.parseInt(minor, 16) };
  }
  if (kind !== 'regular file' && kind !== 'regular empty file') {
    return { kind: 'other', description: kind };
  }
  const revision = [size, ...times].join(' ');
  // Without the time of its attributes.
  const lastWrite = [size, times[0]].join(' ');
  return { kind: 'file', fileBytes: bytes, fileSystem, inode, revision, lastWrite };
}

/**
 * Sectors written so far: the seventh number of a block device's counters.
 *
 * @throws `output-unexpected`.
 */
export function parseSectorsWritten(text: string): string {
  const numbers = text.trim().split(/\s+/);
  const written = numbers[6];
  if (written === undefined || !numbers.every((word) => /^\d+$/.test(word))) {
    throw unexpectedOutput('counters of a block device: not as expected', text);
  }
  return written;
}

const loops = z.strictObject({
  loopdevices: z.array(
    z.strictObject({
      name: z.string().regex(/^\/dev\/loop\d{1,7}$/),
      'back-file': z.string().nullable(),
      ro: z.boolean(),
    }),
  ),
});

/** A loop device in use. */
export interface LoopDevice {
  readonly device: string;
  /** As the kernel tells it. */
  readonly file: string;
  readonly readOnly: boolean;
}

/** Nothing is printed where there is none. @throws `output-unexpected`. */
export function parseLoops(text: string): readonly LoopDevice[] {
  if (text === '') return [];
  return parseJson('losetup', text, loops).loopdevices.map(
    ({ name, 'back-file': file, ro: readOnly }) => ({ device: name, file: file ?? '', readOnly }),
  );
}

/** @throws `output-unexpected`. */
export function parseAttached(text: string): string {
  const [, device] = /^(\/dev\/loop\d{1,7})\n$/.exec(text) ?? [];
  if (device === undefined) throw unexpectedOutput('losetup: no loop device', text);
  return device;
}
