import { locksDirectory } from '../shared/lock-files.js';
import { quoteArgument } from '../shared/quote.js';

/** Where a hook looks. */
export interface HookPlaces {
  /** Default: where runs take their locks. */
  readonly locks?: string;
  /** Default `/sys/class/block`. */
  readonly blockDevices?: string;
}

/**
 * libvirt's hook (https://libvirt.org/hooks.html) that refuses to start a guest whose disks are
 * being written. Arguments: guest, operation, sub-operation; its definition comes over stdin.
 *
 * It answers what comes before a guest exists: `prepare` and `start` (both drivers; libxl asks them
 * for guests that are restored or come in by migration, too: libxlDomainStartPrepare and
 * libxlDomainStartPerform in src/libxl/libxl_domain.c), `migrate` for incoming ones, and `restore`,
 * which only qemu has. A failure there ends `virsh start` with exit code 1 and the hook's words.
 * It never refuses `started`, `reconnect` and `attach`: libvirt would end a guest that runs.
 *
 * Two signs, both of them the kernel's: the guest's lock is held and does not say `read-only`, or a
 * writer holds its share of it; or a map of ours that is not read-only lies over one of its disks,
 * which is so after a run was killed, too, and without any lock file. It asks, changes nothing, and
 * prints nothing on stdout, which libvirt would take for a definition. What would refuse is looked
 * at twice: a lock that is being taken still bears the words of its last owner.
 */
export function hookScript(about: string, places: HookPlaces = {}): string {
  const { locks = locksDirectory, blockDevices = '/sys/class/block' } = places;
  return `#!/bin/sh
# ${about}
# Refuses to start a guest while xen-backup writes its disks. As /etc/libvirt/hooks/libxl and
# /etc/libvirt/hooks/qemu; libvirt must be restarted once to see a new hook.
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
locks=${quoteArgument(locks)}
devices=${quoteArgument(blockDevices)}
${decision}`;
}

const decision = String.raw`
case $2/$3 in
  prepare/begin | start/begin | restore/begin | migrate/begin) ;;
  *) exit 0 ;;
esac

# The guest's name as the names of our files have it.
file_name() {
  case $1 in
    [A-Za-z0-9_]*) case $1 in *[!A-Za-z0-9_.-]*) ;; *) printf %s "$1"; return ;; esac ;;
  esac
  first=yes
  for byte in $(printf %s "$1" | od -An -v -tx1); do
    character=$(printf "\\$(printf %03o "0x$byte")")
    case $character in
      [A-Za-z0-9_]) printf %s "$character" ;;
      [.-]) if [ -n "$first" ]; then printf '%%%02X' "0x$byte"; else printf %s "$character"; fi ;;
      *) printf '%%%02X' "0x$byte" ;;
    esac
    first=
  done
}

# Any failure but "free" counts as held.
is_held() {
  [ -e "$2" ] || return 1
  ! flock "$1" --nonblock 9 9<"$2"
} 2>/dev/null

is_being_written() {
  if is_held --shared "$lock"; then
    owner=$(head -c 4096 "$lock" 2>/dev/null)
    case $owner in
      *',"access":"read-only"}') ;;
      *) reason="a run of xen-backup writes its disks: $owner"; return 0 ;;
    esac
  fi
  if is_held --exclusive "$lock.writers"; then
    reason='a copy of xen-backup still writes its disks'
    return 0
  fi
  for disk in $disks; do
    device=$(readlink -f "$disk")
    for holder in "$devices/${'$'}{device##*/}/holders/"*; do
      read -r name 2>/dev/null <"$holder/dm/name" || continue
      case $name in xen-backup-??????????-*) ;; *) continue ;; esac
      access=
      read -r access 2>/dev/null <"$holder/ro"
      [ "$access" = 1 ] && continue
      reason="$disk is open for xen-backup as $name; if no run is at work: xen-backup recover"
      return 0
    done
  done
  return 1
}

lock=$locks/guest-$(file_name "$1").lock
disks=$(head -c 16777216 | sed -n "s/.*<source [^>]*dev=['\"]\(\/dev\/[^'\"]*\)['\"].*/\1/p")
IFS='
'
is_being_written || exit 0
sleep 1
is_being_written || exit 0
said=$(printf %s "$reason" | tr -c ' -~' '?')
echo "xen-backup: this guest must not start now: $said" >&2
logger -p daemon.warning -t xen-backup-hook -- "guest refused: $said" 2>/dev/null
exit 1
`;
