/**
 * Who holds a block device or a file system mounted from it. `$1` is `MAJOR:MINOR`.
 *
 * Prints one line for each holder: `<pid>\t<comm>` for a process, `map\t<name>` for another
 * device-mapper device on top of it. A process counts when it has the device or a file on it
 * open, works in it, runs from it, has it mapped into memory, or keeps it mounted in a mount
 * namespace of its own (a container, a service with PrivateMounts). Changes nothing, kills nobody.
 *
 * `stat -L` goes through the links of /proc, so it also sees files that are deleted or hidden
 * under another mount. A process that ends meanwhile is simply not there.
 */
export const HOLDERS_SCRIPT = `
major=\${1%%:*} minor=\${1##*:}
number=$(( (minor & 255) | (major << 8) | ((minor & ~255) << 12) ))
node=$(printf '%x:%x' "$major" "$minor")
mapped=$(printf '%02x:%02x' "$major" "$minor")
own=$(readlink /proc/self/ns/mnt)
{
  find /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/exe /proc/[0-9]*/fd -type l \\
    -exec stat -L -c '%d %t:%T %n' {} + 2>/dev/null |
    while read -r on is link; do
      if [ "$on" = "$number" ] || [ "$is" = "$node" ]; then
        link=\${link#/proc/}
        echo "\${link%%/*}"
      fi
    done
  grep -l -s -F " $mapped " /proc/[0-9]*/maps | while IFS=/ read -r _ _ pid _; do echo "$pid"; done
  grep -l -s -F " $1 " /proc/[0-9]*/mountinfo | while IFS=/ read -r _ _ pid _; do
    [ "$(readlink "/proc/$pid/ns/mnt")" = "$own" ] || echo "$pid"
  done
} | sort -n -u | while read -r pid; do
  if [ "$pid" != "$$" ] && read -r comm 2>/dev/null <"/proc/$pid/comm"; then
    printf '%s\\t%s\\n' "$pid" "$comm"
  fi
done
for holder in "/sys/dev/block/$1/holders/"*; do
  if read -r name 2>/dev/null <"$holder/dm/name"; then printf 'map\\t%s\\n' "$name"; fi
done
exit 0
`;
