import { builtInDefaults } from './builtin-defaults.js';

/** What `config init` writes: valid as it is, with an example of everything in comments. */
export const starterConfiguration = `# xen-backup: which guests are replicated between which hosts.
# Check after each change: xen-backup config check
# Every key is described by: xen-backup config schema

# How virsh on each host connects to libvirt.
libvirtUri: ${builtInDefaults.libvirtUri}

# Journals, records and reports on each host.
stateDir: ${builtInDefaults.stateDir}

# The hosts. With connection: auto, the same file serves every host and any third machine:
# local where xen-backup runs on that very machine, SSH elsewhere.
hosts:
#  dom0a: { connection: auto }
#  dom0b:
#    address: 192.0.2.11            # control: from where xen-backup runs
#    port: 22
#    user: root                     # any other account needs: sudo: true
#    identityFile: ~/.ssh/id_ed25519
#    knownHostsFile: ~/.ssh/known_hosts
#    replication:                   # data: from the host that runs the guest
#      address: 10.0.0.11

# Settings of all guests; each guest may override each of them.
defaults:
  snapshotSize: ${builtInDefaults.snapshotSize}                # of the origin, or a size: 20G
  snapshotMaxSize: ${builtInDefaults.snapshotMaxSize}            # one that fills grows up to this, where the VG has room
  thinPoolLimit: ${builtInDefaults.thinPoolLimit}               # a fuller thin pool is not touched, on source and targets
  exclude: [${builtInDefaults.exclude.join(', ')}]                # rsync patterns, anchored at the guest's root
  mode: ${builtInDefaults.mode}                      # or blocks: every disk as it is, nothing mounted
  consistency: ${builtInDefaults.consistency}                # none, pause or freeze
  pauseLimit: ${builtInDefaults.pauseLimit}                  # then a timer on the host lets the guest go on
  maxDeletes: { share: ${builtInDefaults.maxDeletesShare}, count: ${builtInDefaults.maxDeletesCount} }   # per file system; emptying one is always refused
  bandwidthLimit: ${builtInDefaults.bandwidthLimit}                # 0: unlimited; 10M: 10 MiB per second
  ioClass: ${builtInDefaults.ioClass}
  stallTimeout: ${builtInDefaults.stallTimeout}                # a copy that moves nothing is given up
  maxDuration: ${builtInDefaults.maxDuration}                   # 0: no limit; 2h

# The guests, each with all hosts that have its disks.
guests:
#  dc1: { hosts: [dom0a, dom0b] }
#  web-01:
#    hosts: [dom0a, dom0b]
#    snapshotSize: 10G
#    exclude: [/tmp/*, /var/cache/*]
#    devices: { xvda/3: skip, /data: blocks }   # else by content
`;
