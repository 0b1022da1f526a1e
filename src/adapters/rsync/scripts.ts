import { asTarget, shareLock } from './target-functions.js';

export {
  RECEIVE_BLOCKS_SCRIPT,
  SEND_BLOCKS_SCRIPT,
  WRITE_START_SCRIPT,
} from './block-scripts.js';

/**
 * Starts the sender inside the file system that was proven: arguments are its mount point, device
 * and inode of its root, then the command. The order is the guard: the directory is entered
 * first, then `.` is compared, then rsync works on `.`. A mount that vanishes at any later moment
 * leaves rsync inside the detached file system, never in what lies beneath. (A path that is
 * checked and then given to rsync is not enough: measured, 200 of 200 files deleted.)
 *
 * Exit 120: no such directory. Exit 121: not that file system.
 */
export const SEND_SCRIPT = `
unset CDPATH
cd -P -- "$1" 2>/dev/null || {
  echo "xen-backup-guard: source: $1 cannot be entered" >&2
  exit 120
}
[ "$(stat -c '%d %i' .)" = "$2 $3" ] || {
  echo "xen-backup-guard: source: $1 is not the file system that was proven" >&2
  exit 121
}
shift 3
exec "$@"
`;

/**
 * The same for the receiver, through rsync’s `--rsync-path`: $4 and $5 are tag and lock.
 *
 * Exit 122: no such directory. Exit 123: not that file system. Exit 119: the lock is not to be
 * had. (All above 12, so that rsync passes them on instead of its own.)
 */
export const RECEIVE_SCRIPT = `${shareLock}${asTarget}
unset CDPATH
cd -P -- "$1" 2>/dev/null || {
  echo "xen-backup-guard: target: $1 cannot be entered" >&2
  exit 122
}
[ "$(stat -c '%d %i' .)" = "$2 $3" ] || {
  echo "xen-backup-guard: target: $1 is not the file system that was proven" >&2
  exit 123
}
share_lock "$4" "$5"
shift 5
exec "$@"
`;

/**
 * Ends every process with the tag $1, or a tag that begins with `$1-`, and proves it. The tag is
 * looked for in environments (rsync and its children) and in arguments (the guard, and sudo or a
 * login shell around it). Only two searches in a row that find nothing count: in the middle of
 * exec(2) a process shows neither. A receiver that starts after its sender has died finds its
 * input closed and writes nothing.
 *
 * Exit 0: none is left. Exit 1: survivors, one `pid<TAB>name` a line. Exit 2: cannot search.
 */
export const STOP_RECEIVERS_SCRIPT = `
# The bracket keeps grep from finding its own arguments.
pattern="[X]EN_BACKUP_COPY=$1(\\$|[^A-Za-z0-9])"

find_receivers() {
  found=' '
  # grep bears the tag itself: if it does not find even that, it finds nothing.
  files=$(XEN_BACKUP_COPY=$1-search grep -l -s -z -E "$pattern" \\
    /proc/self/environ /proc/[0-9]*/environ /proc/[0-9]*/cmdline)
  case $files in
    /proc/self/environ*) ;;
    *) echo "xen-backup: /proc cannot be searched" >&2; exit 2 ;;
  esac
  for file in $files; do
    pid=\${file#/proc/} pid=\${pid%%/*}
    case $found in *" $pid "*) continue ;; esac
    # Gone, or a zombie: it writes no more. (grep itself is gone by now.)
    state=$(sed -n 's/^State:[^A-Z]*\\([A-Zx]\\).*/\\1/p' "/proc/$pid/status" 2>/dev/null)
    case $pid$state in self* | *[!A-Zx] | *Z | *X | *x) continue ;; esac
    found="$found$pid "
  done
}

waited=0 quiet=0
while :; do
  find_receivers "$1"
  if [ "$found" = ' ' ]; then
    quiet=$((quiet + 1))
    [ "$quiet" -ge 2 ] && exit 0
    sleep 0.1 2>/dev/null || sleep 1
    continue
  fi
  quiet=0
  if [ "$waited" -eq 0 ]; then kill -s TERM $found 2>/dev/null; fi
  if [ "$waited" -ge 50 ]; then kill -s KILL $found 2>/dev/null; fi
  if [ "$waited" -ge 150 ]; then
    for pid in $found; do
      name=$(cat "/proc/$pid/comm" 2>/dev/null) && printf '%s\\t%s\\n' "$pid" "$name"
    done
    exit 1
  fi
  sleep 0.1 2>/dev/null || sleep 1
  waited=$((waited + 1))
done
`;
