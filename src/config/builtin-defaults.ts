/** What holds where the configuration says nothing, as the configuration would write it. */
export const builtInDefaults = {
  libvirtUri: 'xen:///system',
  stateDir: '/var/lib/xen-backup',
  snapshotSize: '20%',
  snapshotMaxSize: '100%',
  thinPoolLimit: '90%',
  withoutSnapshot: [],
  exclude: ['/tmp/*'],
  mode: 'files',
  consistency: 'none',
  pauseLimit: '30s',
  maxDeletesShare: '30%',
  maxDeletesCount: 100_000,
  bandwidthLimit: 0,
  ioClass: 'idle',
  stallTimeout: '10m',
  maxDuration: 0,
} as const;
