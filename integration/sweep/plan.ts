import { commandFault, type FaultKind } from './fault-kinds.js';
import type { Boundary, Undisturbed } from './undisturbed.js';

/** Which fault at which command. */
export interface PlannedCase {
  readonly boundary: Boundary;
  readonly kind: FaultKind;
}

/** Commands that open or close something: only these are believed when they lie. */
const opensOrCloses =
  /^(mount -t|umount |lvcreate |lvremove |dmsetup create |dmsetup remove |kpartx )/;

/**
 * Every kind of fault at every command, but for lies where nothing is opened or closed, and for
 * what would strike after the work of a command that the scenario itself keeps from its work.
 */
export function everyCase(
  { boundaries }: Undisturbed,
  kinds: readonly FaultKind[],
): readonly PlannedCase[] {
  return kinds.flatMap((kind) =>
    boundaries
      .filter(({ text }) => kind !== 'lie' || opensOrCloses.test(text))
      .filter(({ isStruck, argv }) => !isStruck || !strikesAfter(kind, argv))
      .map((boundary) => ({ boundary, kind })),
  );
}

function strikesAfter(kind: FaultKind, argv: readonly string[]): boolean {
  return commandFault(kind, argv)?.moment.kind === 'after';
}

/**
 * A part that is the same each time: one in so many cases, taken so that kinds of faults and kinds
 * of commands are spread evenly.
 */
export function partOf(
  cases: readonly PlannedCase[],
  oneIn: number,
  offset: number,
): readonly PlannedCase[] {
  return cases.filter((_, index) => (index + offset) % oneIn === 0);
}
