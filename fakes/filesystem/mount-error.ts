/** Why the kernel refused to mount or unmount. */
export type MountErrorKind =
  | 'no-mount-point'
  | 'not-a-directory'
  | 'no-device'
  | 'not-a-block-device'
  | 'unknown-type'
  | 'already-mounted'
  | 'busy'
  | 'wrong'
  | 'exists'
  | 'missing-device'
  | 'unreadable'
  | 'read-only-device'
  | 'not-mounted'
  | 'target-busy';

/** A refusal; mount(8) and umount(8) have a text for each kind. */
export class MountError extends Error {
  override readonly name = 'MountError';
  readonly kind: MountErrorKind;
  /** The device, type or path concerned. */
  readonly subject: string;
  /** Where it is mounted already. */
  readonly mountedOn: string;

  constructor(kind: MountErrorKind, subject: string, mountedOn = '') {
    super(`${kind}: ${subject}`);
    this.kind = kind;
    this.subject = subject;
    this.mountedOn = mountedOn;
  }
}
