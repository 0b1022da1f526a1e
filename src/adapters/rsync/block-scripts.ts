import { asTarget, shareLock } from './target-functions.js';

/**
 * Holds the device $device open and proves it. The order is the guard: a map that somebody holds
 * open can neither be removed nor have its name taken over, so what is compared now is what is read
 * or written later. rsync is given the kernel's own node: a symbolic link it would not follow on the
 * source (nothing is sent, exit 0), and replace by a regular file on the target (both measured).
 */
const proveDevice = `
prove_device() {
  node=$(readlink -f -- "$1") && [ -b "$node" ] && command exec 3<"$node" || {
    echo "xen-backup-guard: $side: $1 cannot be opened" >&2
    exit "$absent"
  }
  case $1 in
    /dev/mapper/*) [ "$(cat "/sys/dev/block/$2:$3/dm/name" 2>/dev/null)" = "\${1#/dev/mapper/}" ] ;;
    *) : ;;
  esac && [ "$(stat -L -c '%t:%T' "/proc/$$/fd/3")" = "$(printf '%x:%x' "$2" "$3")" ] &&
    [ "$(blockdev --getsize64 "$node")" = "$4" ] || {
    echo "xen-backup-guard: $side: $1 is not the device that was proven" >&2
    exit "$another"
  }
}
`;

/** Executes the command, with the device for a dot that stands so many words before its end. */
const execOnDevice = (wordsBehind: 0 | 1): string => `
left=$#
for word do
  shift
  left=$((left - 1))
  [ "$left" -ne ${wordsBehind} ] || [ "$word" != . ] || word=$node
  set -- "$@" "$word"
done
exec "$@"
`;

/**
 * Starts the sender on a device: path, major, minor and bytes of it, then the command. In its last
 * word but one a dot stands for the device.
 *
 * Exit 120: it cannot be opened. Exit 121: it is another one.
 */
export const SEND_BLOCKS_SCRIPT = `${proveDevice}
side=source absent=120 another=121
prove_device "$1" "$2" "$3" "$4"
shift 4
${execOnDevice(1)}`;

/**
 * The same for the receiver, through rsync’s \`--rsync-path\`: $5 and $6 are tag and lock as those of
 * RECEIVE_SCRIPT, and in the last word of the command a dot stands for the device.
 *
 * Exit 122: it cannot be opened. Exit 123: it is another one. Exit 119: the lock is not to be had.
 */
export const RECEIVE_BLOCKS_SCRIPT = `${proveDevice}${shareLock}side=target absent=122 another=123
${asTarget}
prove_device "$1" "$2" "$3" "$4"
share_lock "$5" "$6"
shift 6
${execOnDevice(0)}`;

/** Writes what comes over its input to the start of the device; arguments and exits as above. */
export const WRITE_START_SCRIPT = `${proveDevice}${shareLock}side=target absent=122 another=123
${asTarget}
prove_device "$1" "$2" "$3" "$4"
share_lock "$5" "$6"
exec dd bs=64k iflag=fullblock of="$node" conv=notrunc,fsync status=none
`;
