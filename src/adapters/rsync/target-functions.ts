/** What a receiver has around it, wherever sshd or sudo started it. */
export const asTarget = `
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
`;

/**
 * `share_lock TAG FILE`: TAG, `XEN_BACKUP_COPY=<tag>`, goes into the environment of rsync and its
 * children, where STOP_RECEIVERS_SCRIPT finds it. FILE, when not empty, is one of which rsync keeps
 * a shared lock for as long as it lives. It is not made here: it is there for as long as the lock is
 * held, so a receiver that comes late is refused with exit 119.
 *
 * A redirection of `exec` that fails ends dash before the message; not so behind `command`.
 */
export const shareLock = `
share_lock() {
  export "$1"
  if [ -n "$2" ]; then
    [ -f "$2" ] && command exec 9<"$2" && flock --shared --timeout 5 9 && [ /proc/$$/fd/9 -ef "$2" ] || {
      echo "xen-backup-guard: target: no share of the lock $2" >&2
      exit 119
    }
  fi
}
`;
