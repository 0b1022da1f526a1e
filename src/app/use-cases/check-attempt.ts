import {
  type Finding,
  type GuestName,
  type HostName,
  together,
  toXenBackupError,
} from '../../core/index.js';

interface FindingPlace {
  readonly subject: Finding['subject'];
  readonly host: HostName;
  readonly guest?: GuestName;
}

/** What goes wrong while looking is a finding itself. */
export async function attempt(
  place: FindingPlace,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const { message, remedy } = toXenBackupError(error);
    return [{ level: 'FAIL', ...place, message, remedy }];
  }
}

/** Names for which the question is answered by no. */
export async function without(
  names: readonly string[],
  isThere: (name: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const found = await together(names.map(isThere));
  return names.filter((_, index) => found[index] !== true);
}
