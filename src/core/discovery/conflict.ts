import type { NodePosition } from '../model/index.js';

/**
 * Why a guest's devices cannot be opened, or a target's are not those of the source: a value with
 * data, because it is an expected outcome.
 */
export interface Conflict {
  readonly kind: /** The standby has not the layout of the source. */
    | 'layout-drift'
    /** The guest contradicts itself or uses what we cannot open. */
    | 'content-unsupported'
    /** A disk is carried by something of which no snapshot can be taken. */
    | 'disk-unsupported';
  readonly position: NodePosition;
  /** What differs, in words: `partition 2 is 10 GiB here and 20 GiB on the source`. */
  readonly message: string;
  readonly remedy: string;
}

export function drift(position: NodePosition, message: string): Conflict {
  return {
    kind: 'layout-drift',
    position,
    message,
    remedy:
      'Make the same change on the standby (grow what grew, make what was made), or seed it again with a full copy.',
  };
}

export function unsupported(position: NodePosition, message: string, remedy: string): Conflict {
  return { kind: 'content-unsupported', position, message, remedy };
}
