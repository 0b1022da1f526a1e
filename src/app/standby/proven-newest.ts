import type { StandbyChanges } from './require-unused.js';
import {
  type HostName,
  isProvenNewest,
  type StandbyRecord,
  XenBackupError,
} from '../../core/index.js';

/**
 * @param others - what all other hosts of the guest remember.
 * @param changes - `discard`: where no host remembers anything at all, the operator has typed the
 * guest's name to say which one has the data
 * @throws `source-unproven` unless the records prove that the source has the newest data.
 */
export function requireProvenNewest(
  source: HostName,
  sourceRecord: StandbyRecord | undefined,
  others: readonly (StandbyRecord | undefined)[],
  changes: StandbyChanges,
): void {
  const isFirst = [sourceRecord, ...others].every((record) => record === undefined);
  if (isFirst && changes === 'discard') return;
  if (isProvenNewest(sourceRecord, others)) return;
  throw new XenBackupError('source-unproven', {
    message:
      `the records do not prove that ${source} has the newest data: it ` +
      (sourceRecord === undefined
        ? 'has no record of this guest'
        : `was the ${sourceRecord.role} of replication ${String(sourceRecord.counter)}`),
  });
}
