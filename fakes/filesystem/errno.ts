/** Error numbers the simulated kernel gives, with the words strerror(3) has for them. */
const texts = {
  EPERM: [1, 'Operation not permitted'],
  ENOENT: [2, 'No such file or directory'],
  EIO: [5, 'Input/output error'],
  EACCES: [13, 'Permission denied'],
  EBUSY: [16, 'Device or resource busy'],
  EEXIST: [17, 'File exists'],
  EXDEV: [18, 'Invalid cross-device link'],
  ENOTDIR: [20, 'Not a directory'],
  EISDIR: [21, 'Is a directory'],
  EINVAL: [22, 'Invalid argument'],
  ENOSPC: [28, 'No space left on device'],
  EROFS: [30, 'Read-only file system'],
  ENAMETOOLONG: [36, 'File name too long'],
  ENOTEMPTY: [39, 'Directory not empty'],
  ELOOP: [40, 'Too many levels of symbolic links'],
  EOPNOTSUPP: [95, 'Operation not supported'],
} as const;

export type Errno = keyof typeof texts;

/** A system call of the simulated kernel that failed. Commands turn it into their own text. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly errno: Errno;
  /** What it was about, when the caller knows: a path or a name. */
  readonly subject: string;

  constructor(errno: Errno, subject = '') {
    super(`${errorText(errno)}${subject === '' ? '' : `: ${subject}`}`);
    this.errno = errno;
    this.subject = subject;
  }
}

/** strerror(3): `No such file or directory`. */
export function errorText(errno: Errno): string {
  return texts[errno][1];
}

/** The number itself, which rsync prints in parentheses. */
export function errorNumber(errno: Errno): number {
  return texts[errno][0];
}
