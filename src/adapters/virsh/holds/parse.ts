import { z } from 'zod';
import type { GuestName } from '../../../core/model/index.js';
import type { ReleaseTimerKind } from '../../../core/steps/index.js';
import { linesOf, parseCount, unexpectedOutput } from '../../shared/index.js';

/** Second line of a hold's file: all that is needed to clean up without a journal. */
export interface HoldDescription {
  readonly guest: GuestName;
  readonly timer: ReleaseTimerKind;
}

const description = z.strictObject({
  guest: z.string().min(1),
  timer: z.enum(['systemd', 'setsid']),
});

/** One line, whatever the guest is called. */
export function describeHold({ guest, timer }: HoldDescription): string {
  return JSON.stringify({ guest, timer });
}

/** @throws `output-unexpected` for a file that we did not write. */
export function parseHoldFile(text: string): HoldDescription {
  const [, second = ''] = text.split('\n');
  try {
    return description.parse(JSON.parse(second));
  } catch (error) {
    throw unexpectedOutput('a hold that cannot be read', text, { cause: error });
  }
}

/** What the release script says. */
export type ReleaseAnswer =
  | { readonly kind: 'not-held' }
  | {
      readonly kind: 'released';
      readonly by: 'pause' | 'freeze';
      readonly heldMs: number;
      /** What was true just before: `paused`, or how many file systems were thawed. */
      readonly before: string;
    };

/** @throws `output-unexpected`. */
export function parseRelease(stdout: string): ReleaseAnswer {
  const [first = '', ...rest] = linesOf(stdout);
  if (first === 'not-held') return { kind: 'not-held' };
  const match = /^released (pause|freeze) (\d+)$/.exec(first);
  const [, by, heldText = ''] = match ?? [];
  const heldMs = parseCount(heldText);
  const [before = ''] = rest;
  if (heldMs !== undefined && by === 'pause' && before !== '') {
    return { kind: 'released', by, heldMs, before };
  }
  if (heldMs !== undefined && by === 'freeze') {
    return { kind: 'released', by, heldMs, before: thawed(before, stdout) };
  }
  throw unexpectedOutput('the release of a guest is not understood', stdout);
}

function thawed(line: string, stdout: string): string {
  const count = /^Thawed (\d+) filesystem\(s\)$/.exec(line)?.[1];
  if (count === undefined) throw unexpectedOutput('virsh domfsthaw is not understood', stdout);
  return count === '0' ? 'thawed' : 'frozen';
}

/** How many file systems `virsh domfsfreeze` froze. @throws `output-unexpected`. */
export function parseFrozen(stdout: string): number {
  const [, text = ''] = /^Froze (\d+) filesystem\(s\)$/.exec(linesOf(stdout)[0] ?? '') ?? [];
  const count = parseCount(text);
  if (count === undefined) throw unexpectedOutput('virsh domfsfreeze is not understood', stdout);
  return count;
}

// libvirt's words (src/qemu, src/libvirt-domain.c), and the Xen driver's as measured.
const noAgent = [
  /^error: this function is not supported by the connection driver: virDomainFS(?:Freeze|Thaw)$/,
  /^error: argument unsupported: QEMU guest agent is not configured$/,
  /^error: Guest agent is not responding: .*$/,
  /^error: Operation not supported: .*guest agent.*$/i,
];

/**
 * Why a guest's file systems cannot be frozen at all, `undefined` when they were not for another
 * reason: then half of them may be.
 */
export function saysNoAgent(stderr: string): string | undefined {
  return linesOf(stderr)
    .find((line) => noAgent.some((pattern) => pattern.test(line)))
    ?.replace(/^error: /, '');
}
