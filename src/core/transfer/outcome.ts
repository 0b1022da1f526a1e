/** Plain words for each way a copy can end other than well. */
export const copyFailureTexts = {
  'deletion-limit': 'it would have deleted more than the dry pass had counted',
  'source-guard-refused': 'the source directory is not the file system that was proven before',
  'target-guard-refused': 'the target directory is not the file system that was proven before',
  partial: 'some files could not be copied',
  vanished: 'files vanished from an immutable snapshot, so the snapshot broke',
  'target-full': 'the file system on the target is full',
  timeout: 'no data moved for too long',
  'connection-lost': 'the connection between the hosts was lost',
  'host-key-unknown': 'the source host does not know the host key of the target',
  'authentication-failed': 'the target refused the keys of the source host',
  'tool-missing': 'rsync is missing on one side',
  'protocol-mismatch': 'the versions of rsync do not understand each other',
  usage: 'rsync does not know an option that is needed',
  interrupted: 'it was stopped',
  'input-output-error': 'reading or writing failed',
  failed: 'rsync failed',
} as const satisfies Record<string, string>;

/** What to do about some of them; for the others the message says it, or the error's own remedy. */
export const copyFailureRemedies: Readonly<Partial<Record<keyof typeof copyFailureTexts, string>>> =
  {
    'target-full':
      'Free room in that file system of the standby, or make it as large as the source’s, and run again. ' +
      'What the source no longer has is removed there only behind a good copy.',
    'host-key-unknown':
      'The source host copies to the target directly: log in from there once by hand, compare the ' +
      'fingerprint, and run again.',
    'authentication-failed':
      'The source host copies to the target directly: allow its key there, or set identityFile, and run again.',
    'tool-missing': 'Install rsync on both hosts and run again.',
  };
