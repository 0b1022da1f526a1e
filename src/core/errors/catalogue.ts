/**
 * Every error code, what it means and what to do by default. Codes are a public contract:
 * they are never renamed, only added.
 */
export interface CatalogueEntry {
  /** When this code is used, in one sentence. */
  readonly meaning: string;
  /** Default advice to the operator. */
  readonly remedy: string;
}

/** Every code there is. */
export const errorCatalogue = {
  internal: {
    meaning: 'A defect in xen-backup itself.',
    remedy: 'Please report it with the output of the same command under -v.',
  },
  'usage-invalid': {
    meaning: 'The command line cannot be understood.',
    remedy: 'See xen-backup --help.',
  },
  'configuration-invalid': {
    meaning: 'The configuration has an error; the message names file, line and column.',
    remedy: 'Correct the line named, then run xen-backup config check.',
  },
  'configuration-missing': {
    meaning: 'No configuration was found.',
    remedy: 'Create one with xen-backup config init, or name it with --config.',
  },
  'guest-unknown': {
    meaning: 'A guest was named that no configuration knows.',
    remedy: 'List the guests with xen-backup config show.',
  },
  'scenario-invalid': {
    meaning: 'A scenario file has an error; the message names file, line and column.',
    remedy: 'Correct the line named; the scenario schema describes every key.',
  },
  'fault-unused': {
    meaning: 'A fault of a scenario was never hit, so the scenario did not test it.',
    remedy: 'Correct the fault, or remove it.',
  },
  'command-failed': {
    meaning: 'A tool ended with an exit code that means failure.',
    remedy: 'Read the text the tool printed; it stands in the details.',
  },
  'command-not-found': {
    meaning: 'A tool is not installed on that host, or not in its PATH.',
    remedy: 'Install the tool on the host named; xen-backup check lists all it needs.',
  },
  'tool-too-old': {
    meaning: 'A tool on a host is too old for what this guest needs.',
    remedy: 'Install the version named, or leave out what needs it.',
  },
  'command-timed-out': {
    meaning: 'A tool did not end within its time limit and was stopped.',
    remedy: 'Look for a process in state D on the host, and for a lock held by another tool.',
  },
  'command-output-too-large': {
    meaning: 'A tool printed more than is ever expected of it.',
    remedy: 'Run the command by hand and look at what it prints.',
  },
  'command-stop-unproven': {
    meaning: 'A process could not be proven dead after it was stopped.',
    remedy: 'Look for it on the host named, then run xen-backup recover.',
  },
  'output-unexpected': {
    meaning: 'A tool printed something that xen-backup does not understand.',
    remedy: 'Nothing was guessed. Please report the raw text in the details.',
  },
  'host-unreachable': {
    meaning: 'A host does not answer, or the connection to it broke.',
    remedy: 'Check network and sshd on the host; then run again.',
  },
  'host-key-unknown': {
    meaning: 'The host key is not in known_hosts.',
    remedy: 'Compare the fingerprint on the host itself, then add the key to known_hosts.',
  },
  'host-key-mismatch': {
    meaning: 'The host answers with a key other than the one known, or a revoked one.',
    remedy: 'Find out why before you trust it: this may be another machine.',
  },
  'host-authentication-failed': {
    meaning: 'The host refused every key that was offered.',
    remedy: 'Install the public key on the host, or set identityFile.',
  },
  'host-setting-unsupported': {
    meaning: 'The SSH settings in effect ask for something the built-in client cannot do.',
    remedy: 'Use plain keys and a direct connection for this host.',
  },
  'host-identity-conflict': {
    meaning: 'Two configured names lead to the same machine, or a name to another one than before.',
    remedy: 'Give every machine one name in the configuration.',
  },
  'privilege-missing': {
    meaning: 'The account on the host may not do what is needed.',
    remedy: 'Use root, or set sudo: true for the host and allow sudo -n.',
  },
  'hypervisor-unreachable': {
    meaning: 'libvirt does not answer on that host.',
    remedy: 'Check libvirtd or virtxend, and libvirtUri.',
  },
  'domain-not-found': {
    meaning: 'libvirt on that host does not know the domain.',
    remedy: 'Check the name with virsh list --all.',
  },
  'domain-xml-invalid': {
    meaning: 'A domain definition is not what libvirt documents.',
    remedy: 'Look at virsh dumpxml of the domain.',
  },
  'expression-invalid': {
    meaning: 'The XPath expression is outside the subset that is supported.',
    remedy: 'Use child steps, [n] and @attribute, for example /domain/devices/disk[1]/source/@dev.',
  },
  'volume-not-found': {
    meaning: 'A logical volume does not exist on that host.',
    remedy: 'Compare the disks in the domain definition with lvs.',
  },
  'volume-exists': {
    meaning: 'A logical volume of that name exists already.',
    remedy: 'Run xen-backup recover; if the volume is not ours, it stays.',
  },
  'volume-group-full': {
    meaning: 'The volume group has no room for the snapshots.',
    remedy: 'Free extents in the volume group, or set a smaller snapshotSize.',
  },
  'volume-busy': {
    meaning: 'A volume or map is still in use and cannot be removed.',
    remedy: 'Find the holder named, stop it, then run xen-backup recover.',
  },
  'snapshot-invalid': {
    meaning: 'A snapshot overflowed: what it shows is no longer the source.',
    remedy:
      'Nothing was deleted for what the broken snapshot no longer shows. Set a larger ' +
      'snapshotSize and run again.',
  },
  'snapshot-filling': {
    meaning: 'A snapshot, or the pool of a thin one, was about to fill up; the run stopped before.',
    remedy:
      'Nothing was deleted. Set a larger snapshotSize or snapshotMaxSize, free extents in the ' +
      'volume group, or run while the guest writes less.',
  },
  'thin-pool-full': {
    meaning: 'The pool of a thin volume is fuller than thinPoolLimit allows, or takes no writes.',
    remedy: 'Make the pool larger, or free blocks in it: one that is full stops every guest in it.',
  },
  'device-not-found': {
    meaning: 'A block device is not there.',
    remedy: 'Check the disks of the domain on the host named.',
  },
  'udev-rule-ignored': {
    meaning: "udev does not follow our rule: it would activate guests' volume groups on the host.",
    remedy:
      'Look for rules that come later and undo it (udevadm test on the device named); until then ' +
      'nothing of a guest is opened on this host.',
  },
  'ownership-unproven': {
    meaning: 'An object has our name but not our stamp; it is left alone.',
    remedy: 'Look at it by hand: xen-backup removes only what it can prove to be its own.',
  },
  'mount-failed': {
    meaning: 'A file system could not be mounted.',
    remedy: 'Read the text of mount in the details, and dmesg on the host.',
  },
  'mount-busy': {
    meaning: 'A file system is in use and cannot be unmounted.',
    remedy: 'Stop the process named, then run xen-backup recover. It is never unmounted by force.',
  },
  'mount-missing': {
    meaning: 'A mount that must be there is not, or shows another device.',
    remedy: 'Nothing was copied over it. See the events for what happened before.',
  },
  'layout-drift': {
    meaning: 'The disks of the standby no longer have the layout of the source.',
    remedy: 'Make the same change on the standby, or seed it again.',
  },
  'content-unsupported': {
    meaning: 'A part of the guest cannot be replicated file by file.',
    remedy: 'See the part named; leave the guest out, or copy it by other means.',
  },
  'disk-unsupported': {
    meaning: 'A disk of the guest is of a kind that cannot be opened on this host.',
    remedy: 'See the disk named in the message.',
  },
  'standby-in-use': {
    meaning: 'The standby runs, or its disks are in use on the target.',
    remedy: 'Never write under a running guest: stop it first, or take the host out of the list.',
  },
  'standby-used': {
    meaning: 'The standby was used since the last replication: its disks are not as it left them.',
    remedy:
      'To keep what was changed there, run the guest there. To overwrite it, run with ' +
      "--discard-standby-changes and the guest's name.",
  },
  'source-outdated': {
    meaning: 'The records say that the standby holds newer data than the source.',
    remedy:
      'This happens when an old primary comes back. Find out which host has the data you want; ' +
      'nothing was written.',
  },
  'source-unproven': {
    meaning: 'The records do not prove that the host named with --from has the newest data.',
    remedy:
      'Start the guest on the host that has the newest data, and run without --from. Where no host ' +
      "has a record yet, --discard-standby-changes with the guest's name says that it is the one.",
  },
  'guest-state-changed': {
    meaning: 'A guest stopped, or left its host, after the run had begun.',
    remedy: 'Run again; the guest is replicated from where it runs then.',
  },
  'source-changed': {
    meaning: 'A disk that was read without a snapshot was written to meanwhile.',
    remedy:
      'The standby is marked torn. Run again while the guest is shut off, and nobody else writes ' +
      'to its disks.',
  },
  'guest-on-two-hosts': {
    meaning: 'A guest runs on two hosts at the same time.',
    remedy: 'Find out which of them has the data you want, and stop the other.',
  },
  'guest-hold-failed': {
    meaning: 'The guest could not be paused or frozen for its snapshots.',
    remedy: 'Read the text of virsh in the details, or set consistency: none.',
  },
  'guest-hold-broken': {
    meaning: 'The guest went on before all its snapshots were taken: they are not of one instant.',
    remedy:
      'All its snapshots were removed. Run again; set a longer pauseLimit if it was too short.',
  },
  'guest-release-failed': {
    meaning: 'A guest that was paused or frozen for its snapshots could not be let go on.',
    remedy:
      'Resume it by hand on the host named (virsh resume, virsh domfsthaw), then run ' +
      'xen-backup recover. The timer on that host goes on trying.',
  },
  'copy-failed': {
    meaning: 'rsync did not complete; the message says in what way.',
    remedy: 'The target is marked as not complete; correct the cause and run again.',
  },
  'copy-stalled': {
    meaning: 'A copy said nothing at all for too long; it was ended, and both sides with it.',
    remedy:
      'Look on both hosts for a process in state D, and for a disk that does not answer. Where ' +
      'the copy only was slow, set a longer stallTimeout.',
  },
  'deletions-refused': {
    meaning: 'The copy would delete more on the target than is allowed.',
    remedy:
      'Look at the source; if the deletions are right, run once with --allow-deletes, or raise ' +
      'maxDeletes.',
  },
  'guard-refused': {
    meaning: 'A directory is not the file system that was proven before; nothing was copied.',
    remedy: 'See the events for what happened before; run again.',
  },
  'lock-busy': {
    meaning: 'Another run works on the same guest.',
    remedy: 'Wait for it to end.',
  },
  'file-unreadable': {
    meaning: 'A file cannot be read or written on that host.',
    remedy: 'Check path, rights and free space on the host named.',
  },
  'journal-damaged': {
    meaning: 'A journal has a line that cannot be read.',
    remedy:
      'Keep the file, run xen-backup recover; what is stamped as ours is cleaned up without it.',
  },
  'teardown-incomplete': {
    meaning: 'Something of ours could not be taken down; the journal still lists it.',
    remedy: 'Remove the cause named, then run xen-backup recover.',
  },
  interrupted: {
    meaning: 'A signal ended the run; everything was taken down in order.',
    remedy: 'Run again.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** Stable identifier of an error. */
export type ErrorCode = keyof typeof errorCatalogue;
