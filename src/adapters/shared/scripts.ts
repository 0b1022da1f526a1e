/**
 * Who holds a block device or a file system mounted from it. `$1` is `MAJOR:MINOR`, `$2` a mount
 * point of it or empty (btrfs: `stat` gives another device number than mountinfo, measured).
 *
 * Prints one line for each holder, its parts separated by tabs:
 * `process PID USE WHAT COMM` (USE is `cwd`, `root`, `exe`, `fd/N`, `maps` or `mountinfo`; WHAT a
 * path, or empty), `mount POINT` (in our own mount namespace), `map NAME UUID`, `device NAME`
 * (md, bcache...), `loop NAME FILE`, `swap PATH`, `guest DOMAIN-ID NAME` (Xen's block back end works
 * in the kernel, without a process). Changes nothing, kills nobody.
 *
 * A process counts when it has the device or a file on it open, works in it, runs from it, has it
 * mapped into memory, or keeps it mounted in a mount namespace of its own. Most services of systemd
 * have such a namespace, which follows ours: what we unmount is unmounted there too (propagation,
 * mount_namespaces(7)), so they hold nothing; measured with udevd and networkd. `stat -L` goes through the links of /proc, so it also sees files that are
 * deleted or hidden under another mount. A process that ends meanwhile is simply not there.
 */
export const HOLDERS_SCRIPT = `
major=\${1%%:*} minor=\${1##*:}
number=$(( (minor & 255) | (major << 8) | ((minor & ~255) << 12) ))
also=$number
[ -z "$2" ] || also=$(stat -L -c %d -- "$2" 2>/dev/null) || also=$number
node=$(printf '%x:%x' "$major" "$minor")
mapped=$(printf '%02x:%02x' "$major" "$minor")
own=$(readlink /proc/self/ns/mnt)
plain() { tr '\\n\\t' '??' | head -c 300; }
# Peer groups of the mounts we can see: a mount elsewhere that belongs to one goes with ours.
groups=' '
optional() { case $1 in '- '*) ;; *) printf %s "\${1%% - *}" ;; esac; }
while read -r _ _ device _ _ _ more; do
  [ "$device" = "$1" ] || continue
  for word in $(optional "$more"); do
    case $word in shared:*) groups="$groups\${word#*:} " ;; esac
  done
done </proc/self/mountinfo
follows() {
  for word in $(optional "$1"); do
    case $word in shared:*|master:*) case $groups in *" \${word#*:} "*) return 0 ;; esac ;; esac
  done
  return 1
}
holds() { [ "$1" = "$number" ] || [ "$1" = "$also" ] || [ "$2" = "$node" ]; }
{
  find /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/exe /proc/[0-9]*/fd -type l \\
    -exec stat -L -c '%d %t:%T %n' {} + 2>/dev/null |
    while read -r on is link; do
      if holds "$on" "$is"; then
        link=\${link#/proc/}
        printf '%s %s\\n' "\${link%%/*}" "\${link#*/}"
      fi
    done
  grep -l -s -F " $mapped " /proc/[0-9]*/maps |
    while IFS=/ read -r _ _ pid _; do echo "$pid maps"; done
  find /proc/[0-9]*/ns/mnt -printf '%l %p\\n' 2>/dev/null | sort -u -k 1,1 | while read -r space at; do
    [ "$space" != "$own" ] || continue
    at=\${at#/proc/}
    at=\${at%%/*}
    while read -r _ _ device _ point _ more; do
      [ "$device" = "$1" ] || continue
      follows "$more" || printf '%s mountinfo %s\\n' "$at" "$point"
    done 2>/dev/null <"/proc/$at/mountinfo"
  done
} | sort -k 1,1n -k 2 | {
  last=
  while read -r pid use point; do
    [ "$pid" != "$$" ] && [ "$pid" != "$last" ] || continue
    last=$pid
    case $use in
      mountinfo) what=$(printf %s "$point" | plain) ;;
      maps) what= ;;
      *) what=$(readlink -n "/proc/$pid/$use" 2>/dev/null | plain) ;;
    esac
    comm=$(head -c -1 "/proc/$pid/comm" 2>/dev/null | plain)
    [ -z "$comm" ] || printf 'process\\t%s\\t%s\\t%s\\t%s\\n' "$pid" "$use" "$what" "$comm"
  done
}
while read -r _ _ device _ point _; do
  [ "$device" != "$1" ] || printf 'mount\\t%s\\n' "$point"
done </proc/self/mountinfo
for holder in "/sys/dev/block/$1/holders/"*; do
  uuid=
  read -r uuid 2>/dev/null <"$holder/dm/uuid"
  if read -r name 2>/dev/null <"$holder/dm/name"; then
    printf 'map\\t%s\\t%s\\n' "$name" "$uuid"
  elif [ -e "$holder" ]; then
    printf 'device\\t%s\\n' "\${holder##*/}"
  fi
done
for loop in /sys/block/loop*/loop/backing_file; do
  [ -e "$loop" ] || continue
  file=$(head -c -1 "$loop" 2>/dev/null)
  on=$(stat -L -c '%d %t:%T' -- "$file" 2>/dev/null) || continue
  name=\${loop#/sys/block/}
  if holds "\${on% *}" "\${on#* }"; then
    printf 'loop\\t%s\\t%s\\n' "\${name%%/*}" "$(printf %s "$file" | plain)"
  fi
done
while read -r file _; do
  on=$(stat -L -c '%d %t:%T' -- "$file" 2>/dev/null) || continue
  if holds "\${on% *}" "\${on#* }"; then printf 'swap\\t%s\\n' "$(printf %s "$file" | plain)"; fi
done 2>/dev/null </proc/swaps
for disk in /sys/bus/xen-backend/devices/vbd-*; do
  if read -r on 2>/dev/null <"$disk/physical_device" && [ "$on" = "$node" ]; then
    name=\${disk##*/}
    id=\${name#vbd-}
    printf 'guest\\t%s\\t%s\\n' "\${id%%-*}" "$name"
  fi
done
exit 0
`;

/**
 * Who has a file open. `$1` is its `st_dev` and `$2` its inode, in decimal: other names of the file
 * count as well, and so do names of it under other mounts. Prints lines as {@link HOLDERS_SCRIPT}
 * does, `process` and `loop` ones. Changes nothing.
 */
export const FILE_HOLDERS_SCRIPT = `
plain() { tr '\\n\\t' '??' | head -c 300; }
find /proc/[0-9]*/fd -type l -exec stat -L -c '%d:%i %n' {} + 2>/dev/null |
  while read -r on link; do
    [ "$on" != "$1:$2" ] || echo "\${link#/proc/}"
  done | sort -t / -k 1,1n -u | while IFS=/ read -r pid _ number; do
  what=$(readlink -n "/proc/$pid/fd/$number" 2>/dev/null | plain)
  comm=$(head -c -1 "/proc/$pid/comm" 2>/dev/null | plain)
  [ -z "$comm" ] || printf 'process\\t%s\\tfd/%s\\t%s\\t%s\\n' "$pid" "$number" "$what" "$comm"
done
for loop in /sys/block/loop*/loop/backing_file; do
  [ -e "$loop" ] || continue
  file=$(head -c -1 "$loop" 2>/dev/null)
  on=$(stat -L -c '%d:%i' -- "$file" 2>/dev/null) || continue
  name=\${loop#/sys/block/}
  [ "$on" != "$1:$2" ] || printf 'loop\\t%s\\t%s\\n' "\${name%%/*}" "$(printf %s "$file" | plain)"
done
exit 0
`;
