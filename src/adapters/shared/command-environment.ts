/**
 * The environment that every command of ours gets, on every host. `LC_ALL` fixes the language
 * that parsers expect. The PATH is ours: cron and non-login SSH leave the sbin directories out.
 * LVM complains about file descriptors that Node leaves open unless it is told not to.
 */
export const commandEnvironment = {
  LC_ALL: 'C',
  LVM_SUPPRESS_FD_WARNINGS: '1',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
} as const;

/** What stands before a command that runs with root's rights: never a prompt. */
export const sudoPrefix = ['sudo', '-n', '--'] as const;

/** Whose rights a host's commands run with. `sudo` is `sudo -n`: it fails instead of asking. */
export type Elevation = 'none' | 'sudo';
